"""The map of stations: positions over a grid of degrees, so that it needs no tiles and no internet."""

import json
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

from grafana_foundation_sdk.models import geomap
from grafana_foundation_sdk.models.common import FrameGeometrySource, FrameGeometrySourceMode, MapLayerOptions
from grafana_foundation_sdk.models.dashboard import Panel

from dashboards import colours
from dashboards.looks import NO_UNIT, Column, Face, Label
from dashboards.panels import finish
from dashboards.target import Target

GRID_COLOUR: Final = "#8E99A64D"
WEST, EAST, SOUTH, NORTH = 80, 144, 28, 62
STEP_DEG: Final = 2


def graticule() -> dict[str, Any]:
    """Meridians and parallels every two degrees, as GeoJSON. No border is drawn: borders need a reviewed map."""
    meridians = [[[lon, SOUTH], [lon, NORTH]] for lon in range(WEST, EAST + 1, STEP_DEG)]
    parallels = [[[WEST, lat], [EAST, lat]] for lat in range(SOUTH, NORTH + 1, STEP_DEG)]
    return {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "properties": {}, "geometry": {"type": "MultiLineString", "coordinates": lines}}
            for lines in (meridians, parallels)
        ],
    }


def basemap() -> MapLayerOptions:
    source = "data:application/json," + quote(json.dumps(graticule(), separators=(",", ":")))
    style = {"color": {"fixed": GRID_COLOUR}, "opacity": 1, "lineWidth": 1}
    return MapLayerOptions(type_val="geojson", name="grid", config={"src": source, "rules": [], "style": style})


def station_map(
    label: Label,
    well: Target,
    troubled: Target,
    places: Target,
    *,
    columns: Mapping[str, Column],
    span: int,
    height: int,
) -> Panel:
    """Stations coloured by the column `state`, those in trouble larger and above, and the names of `places`.

    Every query answers `lon` and `lat` [degrees]; `places` also `name`. The view fits the stations.
    """
    options = geomap.Options(
        view=geomap.MapViewConfig(id_val="fit", zoom=6, max_zoom=8, all_layers=True, padding=5),
        basemap=basemap(),
        controls=geomap.ControlsOptions(show_zoom=True, mouse_wheel_zoom=False, show_attribution=False),
        layers=[_layer("A", "well", _mark(3, 0.55)), _layer("C", "places", NAME), _layer("B", "troubled", _mark(7, 1))],
        tooltip=geomap.TooltipOptions(geomap.TooltipMode.DETAILS),
    )
    panel = Panel(type_val="geomap", options=options)
    return finish(panel, label, [well, troubled, places], Face(NO_UNIT, span, height, columns=columns))


CIRCLE: Final = {"mode": "fixed", "fixed": "img/icons/marker/circle.svg"}
NAME: Final = {
    "size": {"fixed": 1, "min": 1, "max": 1},
    "color": {"fixed": colours.TEXT},
    "opacity": 0,
    "symbol": CIRCLE,
    "text": {"mode": "field", "field": "name", "fixed": ""},
    "textConfig": {"fontSize": 11, "offsetX": 0, "offsetY": 0, "textAlign": "center", "textBaseline": "middle"},
}


def _mark(size: int, opacity: float) -> dict[str, Any]:
    return {
        "size": {"fixed": size, "min": 2, "max": 15},
        "color": {"field": "state", "fixed": colours.UNKNOWN},
        "opacity": opacity,
        "symbol": CIRCLE,
    }


def _layer(ref_id: str, name: str, style: Mapping[str, Any]) -> MapLayerOptions:
    return MapLayerOptions(
        type_val="markers",
        name=name,
        config={"showLegend": False, "style": dict(style)},
        location=FrameGeometrySource(mode=FrameGeometrySourceMode.COORDS, latitude="lat", longitude="lon"),
        filter_data={"id": "byRefId", "options": ref_id},
        tooltip=style is not NAME,
    )
