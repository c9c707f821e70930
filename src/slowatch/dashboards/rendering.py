"""All dashboards of some SLOs, by the names of their files."""

from collections.abc import Mapping, Sequence
from typing import Any

from slowatch.dashboards.daemon import daemon_dashboard
from slowatch.dashboards.dashboard import as_json
from slowatch.dashboards.figures import FIGURES, Source
from slowatch.dashboards.overview import overview
from slowatch.dashboards.service import service_dashboard
from slowatch.dashboards.subject import Addresses
from slowatch.render.groups import by_service
from slowatch.spec.compiled import CompiledSlo

Document = Mapping[str, Any]


def documents(
    slos: Sequence[CompiledSlo], source: Source, addresses: Addresses
) -> Mapping[str, Document]:
    """Overview, services in the order of their names, slowatch itself; by file name."""
    figures = FIGURES[source]
    services = by_service(slos)
    found = {"overview.json": as_json(overview(slos, figures, addresses))}
    for service, own in services.items():
        one = service_dashboard(service, own, figures, addresses)
        found[f"service-{service}.json"] = as_json(one, figures)
    found["slowatch.json"] = as_json(daemon_dashboard(addresses))
    return found
