"""Forms in the site's look, and the question why."""

from typing import Any

from django import forms
from unfold import widgets as unfold

LOG_REASON = "log_reason"
LONGEST_REASON = 500


class LogReasonField(forms.CharField):
    """Why something is changed. Never empty: it is for whoever asks later."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            **{
                "label": "Why",
                "max_length": LONGEST_REASON,
                "help_text": "For the team's log, beside your name. Nobody else sees it.",
                "widget": unfold.UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
                **kwargs,
            }
        )


class PageForm(forms.Form):
    """A form of a page of our own. Fields without a widget of their own get the site's."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            dress(field)


class ReasonedForm(PageForm):
    """A form that changes something: the reason comes last."""

    log_reason = LogReasonField()
    field_order: Any = None

    def order_fields(self, field_order: Any) -> None:
        super().order_fields(field_order)
        self.fields[LOG_REASON] = self.fields.pop(LOG_REASON)


def dress(field: forms.Field) -> None:
    """Gives a plain widget of Django's the look of the site."""
    plain = field.widget
    wanted = _LOOKS.get(type(plain))
    if wanted is None:
        return
    choices = {"choices": plain.choices} if isinstance(plain, forms.Select) else {}
    field.widget = wanted(attrs=dict(plain.attrs), **choices)
    field.widget.is_required = plain.is_required
    if isinstance(plain, forms.FileInput) and isinstance(field, forms.FileField):
        field.widget.attrs.update(field.widget_attrs(field.widget))


class MomentField(forms.DateTimeField):
    """A date and time in UTC, picked or typed."""

    def __init__(self, **kwargs: Any) -> None:
        look = {"type": "datetime-local", "step": "1", "class": " ".join(unfold.INPUT_CLASSES)}
        widget = forms.DateTimeInput(format="%Y-%m-%dT%H:%M:%S", attrs=look)
        super().__init__(**{"widget": widget, **kwargs})


_LOOKS: dict[type[forms.Widget], Any] = {
    forms.TextInput: unfold.UnfoldAdminTextInputWidget,
    forms.Textarea: unfold.UnfoldAdminTextareaWidget,
    forms.NumberInput: unfold.UnfoldAdminIntegerFieldWidget,
    forms.EmailInput: unfold.UnfoldAdminEmailInputWidget,
    forms.Select: unfold.UnfoldAdminSelectWidget,
    forms.SelectMultiple: unfold.UnfoldAdminSelectMultipleWidget,
    forms.CheckboxInput: unfold.UnfoldBooleanWidget,
    forms.CheckboxSelectMultiple: unfold.UnfoldAdminCheckboxSelectMultipleWidget,
    forms.ClearableFileInput: unfold.UnfoldAdminFileFieldWidget,
    forms.FileInput: unfold.UnfoldAdminFileFieldWidget,
}
