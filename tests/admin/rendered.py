"""Pages as a person uses them: links are followed and forms are sent as the page shows them, with no other field."""

from typing import Any
from urllib.parse import urljoin

from django.test import Client
from lxml import html


class RenderedPage:
    """A page that a browser got, redirects followed."""

    def __init__(self, browser: Client, answer: Any) -> None:
        self.browser, self.answer = browser, answer
        self.url = str(answer.request["PATH_INFO"]) + (
            f"?{answer.request['QUERY_STRING']}" if answer.request.get("QUERY_STRING") else ""
        )
        self.status = int(answer.status_code)
        self._document = html.document_fromstring(answer.content.decode())

    @property
    def text(self) -> str:
        """The words of the page, single spaces between them."""
        return " ".join(self._document.text_content().split())

    def follow(self, label: str) -> "RenderedPage":
        """Click the link with this text, which must be one target."""
        links = {a.get("href") for a in self._document.iter("a") if _label(a) == label}
        assert len(links) == 1, f"{len(links)} targets of links named {label!r} on {self.url}"
        return visit(self.browser, urljoin(self.url, links.pop()))

    def fields(self, form: str) -> set[str]:
        """The names of the fields of the form with this id."""
        return {str(name) for name in self._form(form).fields}

    def send(self, form: str, **values: str) -> "RenderedPage":
        """Fill in fields that the form shows and press its button; hidden fields go along."""
        found = self._form(form)
        unknown = set(values) - self.fields(form)
        assert not unknown, f"the form {form} of {self.url} does not show {unknown}"
        data: dict[str, Any] = {}
        for name, value in found.form_values():
            data.setdefault(name, []).append(value)
        data |= {name: [value] for name, value in values.items()}
        for button in found.iter("input", "button"):
            if button.get("type") == "submit" and button.get("name"):
                data[button.get("name")] = [button.get("value") or ""]
                break
        answer = self.browser.post(urljoin(self.url, found.action or self.url), data, follow=True)
        return RenderedPage(self.browser, answer)

    def _form(self, form: str) -> Any:
        found = [each for each in self._document.forms if each.get("id") == form]
        assert len(found) == 1, f"forms of {self.url}: {[each.get('id') for each in self._document.forms]}"
        return found[0]


def _label(link: Any) -> str:
    """The words of a link, without its icon, whose name a font turns into a picture."""
    texts = link.xpath(".//text()[not(parent::*[contains(@class, 'material-symbols')])]")
    return " ".join("".join(texts).split())


def visit(browser: Client, url: str) -> RenderedPage:
    """Open a page."""
    return RenderedPage(browser, browser.get(url, follow=True))
