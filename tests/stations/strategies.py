"""Registries without an error, for properties."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from hypothesis import strategies as st

from guangfu.stations.cells import identity_number
from guangfu.stations.models import Attribute, Grid, Registry, Station, Zone
from tests.stations.example import GRID_DAY, example

# Texts that spreadsheets and CSV files are known to spoil, beside any other.
AWKWARD = (
    "'",
    "=1+1",
    "-5",
    "+86",
    "@x",
    "1.5E+17",
    "150421000000123000",
    '"quoted", with comma',
    "a;b\\c",
    "嘎查#1: 一",
)


def texts() -> st.SearchStrategy[str]:
    plain = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1, max_size=20)
    return st.sampled_from(AWKWARD) | plain.filter(lambda t: t.strip() == t and not identity_number(t))


@st.composite
def stations(draw: st.DrawFn, station: Station) -> Station:
    """A station with everything changed that no check ties to another value."""
    return replace(
        station,
        name=draw(texts()),
        name_en=draw(texts()),
        resource_zone=draw(st.sampled_from(Zone)),
        grid=draw(st.sampled_from(Grid)),
        lon=draw(st.floats(97.1, 126.1)),
        lat=draw(st.floats(37.3, 53.4)),
        capacity_ac_w=station.capacity_dc_w - draw(st.integers(0, 1000)),
        tilt_deg=draw(st.floats(0, 90)),
        azimuth_deg=draw(st.floats(0, 360)),
        plan_year=draw(st.integers(2010, 2018)),
        filed_on=draw(st.dates(date(2000, 1, 1), GRID_DAY)),
        closed_on=draw(st.none() | st.dates(GRID_DAY + timedelta(days=1), date(2100, 12, 31))),
    )


@dataclass(frozen=True)
class Drawn:
    """What differs from the example: a failure that is shown stays short."""

    stations: tuple[Station, ...]
    village_name: str
    township: str
    values: tuple[str, ...]
    synthetic: bool

    def registry(self) -> Registry:
        base = example()
        place = {"name": self.village_name, "township": self.township}
        return replace(
            base,
            stations={station.station_id: station for station in self.stations},
            villages={key: replace(village, **place) for key, village in base.villages.items()},
            attributes=tuple(Attribute("vl-s", f"name {i}", value, GRID_DAY) for i, value in enumerate(self.values)),
            synthetic=self.synthetic,
        )


def registries() -> st.SearchStrategy[Drawn]:
    drawn_stations = st.tuples(*(stations(station) for station in example().stations.values()))
    values = st.lists(texts(), max_size=3).map(tuple)
    return st.builds(Drawn, drawn_stations, texts(), texts(), values, st.booleans())
