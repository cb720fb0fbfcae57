"""What pages need comes from the service itself, as it is started: no other host, and no `collectstatic` before."""

import re

import pytest

from tests.server.servers import Service

ASSET = re.compile(r'(?:src|href)="([^"#]+\.(?:js|css|svg|png)[^"]*)"')


@pytest.mark.parametrize("page", ["/docs", "/admin/login/"])
def test_everything_that_a_page_loads_is_served_by_the_service(service: Service, page: str) -> None:
    assets = ASSET.findall(service.call("GET", page).body.decode())
    assert assets
    assert [asset for asset in assets if not asset.startswith("/")] == []
    assert {asset: service.call("GET", asset).status for asset in assets} == dict.fromkeys(assets, 200)


def test_an_unknown_file_is_a_404(service: Service) -> None:
    assert service.call("GET", "/static/none-such.css").status == 404
