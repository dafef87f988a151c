"""One record per table of a dataset folder: what each column means, its unit and the values it takes.

The records are the one source of validation, of the JSON Schema (`network.schema`) and of the tables in
``docs/dataset.md``. An empty cell is a column not given: a text of "" or a number of None.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from network.countries import COUNTRY_CODES
from network.model import MODES, split_list
from network.timetable import parse_departures

ID_PATTERN = r"^[^;\x00-\x1f\x7f]+$"
DATE_PATTERN = r"^(19|20|21)[0-9]{2}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?$"
MONTHS_PATTERN = r"^([1-9]|1[0-2])(-([1-9]|1[0-2]))?$"
UNLOCODE_PATTERN = r"^[A-Z]{2} ?[A-Z0-9]{3}$"
CAPACITY_UNIT_PATTERN = r"^(teu|t|train|truck|flight|sailing)/(day|week|month|year)$"
TRANSFER_MODE_PATTERN = r"^(rail[1-9][0-9]{2,3}|road|river|sea|air)$"


def check_country(code: str) -> str:
    """Return `code` if it is one of ISO 3166-1 alpha-2."""
    if code not in COUNTRY_CODES:
        raise PydanticCustomError("country", "is not a country code of ISO 3166-1")
    return code


def check_countries(cell: str) -> str:
    """Return a ``;``-separated cell if all items are country codes."""
    for code in split_list(cell):
        check_country(code)
    return cell


def check_country_or_any(code: str) -> str:
    """Return `code` if it is a country code or ``*``."""
    return code if code == "*" else check_country(code)


def check_modes(cell: str) -> str:
    """Return a ``;``-separated cell if all items are bare modes."""
    for mode in split_list(cell):
        if mode not in MODES:
            raise PydanticCustomError("mode", "holds an unknown mode: {mode}", {"mode": mode})
    return cell


def check_departures(cell: str) -> str:
    """Return a ``;``-separated cell as it is if all items are departures of a week."""
    try:
        parse_departures(cell)
    except ValueError as error:
        raise PydanticCustomError("departures", "{reason}", {"reason": str(error)}) from None
    return cell


Id = Annotated[str, Field(pattern=ID_PATTERN)]
Country = Annotated[str, AfterValidator(check_country)]
CountryOrAny = Annotated[str, AfterValidator(check_country_or_any)]
Countries = Annotated[str, AfterValidator(check_countries)]
Modes = Annotated[str, AfterValidator(check_modes)]
Departures = Annotated[str, AfterValidator(check_departures)]
Months = Annotated[str, Field(pattern=MONTHS_PATTERN)]
TransferMode = Annotated[str, Field(pattern=TRANSFER_MODE_PATTERN)]
# Far beyond anything real, and near enough to 1 that products and quotients of a few values stay finite.
LARGEST, SMALLEST = 1e30, 1e-9
Number = Annotated[float, Field(ge=-LARGEST, le=LARGEST, allow_inf_nan=False)]
Amount = Annotated[float, Field(ge=0, le=LARGEST, allow_inf_nan=False)]
Positive = Annotated[float, Field(ge=SMALLEST, le=LARGEST, allow_inf_nan=False)]
Year = Annotated[int, Field(ge=1900, le=2200)]
Flag = Annotated[int, Field(ge=0, le=1)]
CapacityUnit = Annotated[str, Field(pattern=CAPACITY_UNIT_PATTERN)]
Mode = Literal["rail", "road", "river", "sea", "air"]

Source = Annotated[str, Field(description="Id of the source in `dataset.toml`.")]
Grade = Annotated[
    Literal["", "A", "B", "C", "D"],
    Field(description="Grade of the row: A official, B secondary, C widely reported, D engineering estimate."),
]
FieldSources = Annotated[
    str,
    Field(
        description="Source and grade of single numbers where they are not those of the row, `;`-separated: "
        "`capacity=estimate-2024/D;length_km=osm-rail-2024/B`."
    ),
]
Note = Annotated[str, Field(description="What was chosen, derived or assumed, in plain words.")]


class Record(BaseModel):
    """A row of a table."""

    model_config = ConfigDict(frozen=True, defer_build=True, extra="allow")


class Node(Record):
    """A place. City, port and airport of one place are one node unless they are really apart."""

    node_id: Id = Field(description="Id, unique; a UN/LOCODE or a slug.")
    name: str = Field(description="English name.")
    country: Country = Field(description="ISO 3166-1 alpha-2 code.")
    lat: float = Field(ge=-90, le=90, description="Latitude, WGS 84.", json_schema_extra={"unit": "°"})
    lon: float = Field(ge=-180, le=180, description="Longitude, WGS 84.", json_schema_extra={"unit": "°"})
    kind: Literal["", "city", "rail_station", "seaport", "river_port", "dry_port", "airport", "border", "junction"] = (
        Field("", description="What the place mainly is.")
    )
    unlocode: Annotated[str, Field(pattern=UNLOCODE_PATTERN)] = Field("", description="UN/LOCODE.")
    aliases: str = Field("", description="Other names by which it is found, `;`-separated, any script.")
    name_ru: str = Field("", description="Russian name.")
    name_kk: str = Field("", description="Kazakh name.")
    source: Source = ""
    confidence: Grade = ""
    note: Note = ""


class Link(Record):
    """A physical connection of two nodes by one mode. Parallel links are legal."""

    link_id: Id = Field(description="Id, unique.")
    mode: Mode = Field(description="Bare mode.")
    from_node: Id = Field(description="Node id of one end.")
    to_node: Id = Field(description="Node id of the other end.")
    directed: Flag | None = Field(None, description="1 = usable only from `from_node` to `to_node`; 0 = both ways.")
    length_km: Amount = Field(description="Length by this mode.", json_schema_extra={"unit": "km"})
    gauge_mm: Annotated[int, Field(ge=300, le=3000)] | None = Field(
        None, description="Track gauge; rail must give it.", json_schema_extra={"unit": "mm"}
    )
    time_h: Amount | None = Field(
        None,
        description="Moving time; empty = length over `speed_kmh`, else over the rate's speed.",
        json_schema_extra={"unit": "h"},
    )
    speed_kmh: Positive | None = Field(
        None, description="Moving speed; not used where `time_h` is given.", json_schema_extra={"unit": "km/h"}
    )
    fixed_time_h: Amount | None = Field(
        None,
        description="Border or queue, waited once per passage; the median where `fixed_time_p90_h` is given.",
        json_schema_extra={"unit": "h"},
    )
    fixed_time_p90_h: Amount | None = Field(
        None,
        description="90th percentile of the border or queue, no less than `fixed_time_h`; empty = no spread is known.",
        json_schema_extra={"unit": "h"},
    )
    frequency_per_week: Positive | None = Field(
        None,
        description="Departures; adds half a headway, 84/f hours. Give it only on the link where a service is boarded.",
        json_schema_extra={"unit": "1/week"},
    )
    departures: Departures = Field(
        "",
        description="Weekdays of departure, `;`-separated, each with or without a time: `mon 18:00;thu`. "
        "Used with a date of departure; without one, for the mean wait where `frequency_per_week` is empty.",
    )
    cost_usd_per_teu: Amount | None = Field(
        None, description="Price of the whole link; empty = rate × length.", json_schema_extra={"unit": "USD/TEU"}
    )
    cost_usd_per_t: Amount | None = Field(
        None, description="Price of the whole link; empty = rate × length.", json_schema_extra={"unit": "USD/t"}
    )
    fixed_cost_usd_per_teu: Amount | None = Field(
        None, description="Fees, always added.", json_schema_extra={"unit": "USD/TEU"}
    )
    fixed_cost_usd_per_t: Amount | None = Field(
        None, description="Fees, always added.", json_schema_extra={"unit": "USD/t"}
    )
    capacity: Amount | None = Field(
        None,
        description="Capacity; empty = unlimited, 0 = closed, to routes too.",
        json_schema_extra={"unit": "`capacity_unit`"},
    )
    capacity_unit: CapacityUnit = Field(
        "", description="`teu`, `t`, `train`, `truck`, `flight` or `sailing` per `day`, `week`, `month` or `year`."
    )
    capacity_scope: Literal["", "each", "both"] = Field(
        "", description="`each` direction has the capacity (default) or `both` share it."
    )
    background: Amount | None = Field(
        None, description="Load by traffic outside the model.", json_schema_extra={"unit": "`capacity_unit`"}
    )
    shared_capacity_id: str = Field("", description="Shared capacity that passages draw on.")
    open_months: Months = Field("", description="Open months, inclusive, may wrap: `4-11`, `11-3`; empty = all year.")
    from_year: Year | None = Field(None, description="First year of use, inclusive.")
    to_year: Year | None = Field(None, description="Last year of use, inclusive.")
    corridors: str = Field("", description="Corridor ids, `;`-separated.")
    source: Source = ""
    confidence: Grade = ""
    field_sources: FieldSources = ""
    note: Note = ""


class Transfer(Record):
    """A change of mode or gauge at a node. Without one, two modes of a node do not connect."""

    node_id: Id = Field(description="Node where it happens.")
    from_mode: TransferMode = Field(description="Mode, rail with its gauge: `rail1435`, `rail1520`, `sea`.")
    to_mode: TransferMode = Field(description="Mode, rail with its gauge.")
    directed: Flag | None = Field(None, description="1 = usable only from `from_mode` to `to_mode`; default 0.")
    time_h: Amount | None = Field(
        None,
        description="Time; 0 is to be written; the median where `time_p90_h` is given.",
        json_schema_extra={"unit": "h"},
    )
    time_p90_h: Amount | None = Field(
        None,
        description="90th percentile of the time, no less than `time_h`; empty = no spread is known.",
        json_schema_extra={"unit": "h"},
    )
    cost_usd_per_teu: Amount | None = Field(
        None, description="Price; 0 is to be written.", json_schema_extra={"unit": "USD/TEU"}
    )
    cost_usd_per_t: Amount | None = Field(
        None, description="Price; 0 is to be written.", json_schema_extra={"unit": "USD/t"}
    )
    co2_kg_per_t: Amount | None = Field(
        None, description="Emissions, well-to-wheel; empty = 0.", json_schema_extra={"unit": "kg CO2e/t"}
    )
    capacity: Amount | None = Field(
        None,
        description="Capacity; empty = unlimited, 0 = closed, to routes too.",
        json_schema_extra={"unit": "`capacity_unit`"},
    )
    capacity_unit: CapacityUnit = Field("", description="As for links.")
    capacity_scope: Literal["", "each", "both"] = Field("", description="As for links; default `each`.")
    background: Amount | None = Field(
        None, description="Load by traffic outside the model.", json_schema_extra={"unit": "`capacity_unit`"}
    )
    shared_capacity_id: str = Field("", description="Shared capacity that passages draw on.")
    from_year: Year | None = Field(None, description="First year of use, inclusive.")
    to_year: Year | None = Field(None, description="Last year of use, inclusive.")
    source: Source = ""
    confidence: Grade = ""
    field_sources: FieldSources = ""
    note: Note = ""


class SharedCapacity(Record):
    """One limit over all passages, in both directions, of the links and transfers that name it."""

    shared_capacity_id: Id = Field(description="Id, unique.")
    name: str = Field("", description="English name.")
    name_ru: str = Field("", description="Russian name.")
    name_kk: str = Field("", description="Kazakh name.")
    node_id: str = Field("", description="Node where it is, if at one.")
    capacity: Amount | None = Field(
        None, description="Capacity; empty = unlimited, 0 = closed.", json_schema_extra={"unit": "`capacity_unit`"}
    )
    capacity_unit: CapacityUnit = Field("", description="As for links.")
    background: Amount | None = Field(
        None, description="Load by traffic outside the model.", json_schema_extra={"unit": "`capacity_unit`"}
    )
    source: Source = ""
    confidence: Grade = ""
    field_sources: FieldSources = ""
    note: Note = ""


class Rate(Record):
    """Default price, speed and emissions of a mode in a country. Each column is looked up on its own."""

    mode: Mode = Field(description="Bare mode.")
    country: CountryOrAny = Field(description="Country of the link's `from_node`, or `*` for all others.")
    cost_usd_per_teu_km: Amount | None = Field(
        None, description="Price per kilometer.", json_schema_extra={"unit": "USD/TEU-km"}
    )
    cost_usd_per_t_km: Amount | None = Field(
        None, description="Price per kilometer.", json_schema_extra={"unit": "USD/t-km"}
    )
    speed_kmh: Positive | None = Field(None, description="Moving speed.", json_schema_extra={"unit": "km/h"})
    co2_ttw_g_per_tkm: Amount | None = Field(
        None, description="Emissions, tank-to-wheel; for information.", json_schema_extra={"unit": "g CO2e/t-km"}
    )
    co2_wtw_g_per_tkm: Amount | None = Field(
        None, description="Emissions, well-to-wheel; what the model uses.", json_schema_extra={"unit": "g CO2e/t-km"}
    )
    source: Source = ""
    confidence: Grade = ""
    field_sources: FieldSources = ""
    note: Note = ""


class Commodity(Record):
    """A kind of cargo. A factor it does not give is an error where a capacity needs it: write 0 where 0 is meant."""

    commodity_id: Id = Field(description="Id, unique.")
    name: str = Field("", description="English name.")
    name_ru: str = Field("", description="Russian name.")
    name_kk: str = Field("", description="Kazakh name.")
    unit: Literal["teu", "t"] = Field(description="Unit of its volumes; decides which price columns are used.")
    t_per_unit: Amount = Field(description="Weight of a unit, 1 in tonnes.", json_schema_extra={"unit": "t"})
    teu_per_unit: Amount | None = Field(
        None, description="TEU of a unit (1 for commodities in TEU).", json_schema_extra={"unit": "TEU"}
    )
    units_per_train: Amount | None = Field(None, description="Units that fill a train; 0 = takes no train capacity.")
    units_per_truck: Amount | None = Field(None, description="Units that fill a truck; 0 = takes no truck capacity.")
    units_per_flight: Amount | None = Field(None, description="Units that fill a flight; 0 = takes no flight capacity.")
    units_per_sailing: Amount | None = Field(
        None, description="Units that fill a sailing; 0 = takes no sailing capacity."
    )
    modes: Modes = Field("", description="Bare modes it may use, `;`-separated; empty = all.")
    value_usd_per_unit: Amount | None = Field(None, description="Value of a unit.", json_schema_extra={"unit": "USD"})
    time_value_usd_per_unit_h: Amount | None = Field(
        None, description="Value of an hour of a unit; empty = 0.", json_schema_extra={"unit": "USD/h"}
    )
    source: Source = ""
    confidence: Grade = ""
    note: Note = ""


class Demand(Record):
    """A yearly volume from one node to another."""

    demand_id: Id = Field(description="Id, unique.")
    origin: Id = Field(description="Node id.")
    destination: Id = Field(description="Node id.")
    commodity: Id = Field(description="Commodity id.")
    year: Year | None = Field(None, description="Year; empty = base year.")
    volume: Amount = Field(description="Volume.", json_schema_extra={"unit": "commodity units/year"})
    unmet_cost_usd_per_unit: Amount | None = Field(
        None, description="Cost of a unit left behind; empty = must be carried.", json_schema_extra={"unit": "USD"}
    )
    max_time_h: Positive | None = Field(
        None,
        description="Longest time under way, borders, waits and transfers included; empty = any.",
        json_schema_extra={"unit": "h"},
    )
    avoid_countries: Countries = Field("", description="Countries not to touch, `;`-separated.")
    avoid_modes: Modes = Field("", description="Bare modes not to use, `;`-separated.")
    group: str = Field("", description="Label by which scenarios select demands; the model does not use it.")
    source: Source = ""
    confidence: Grade = ""
    field_sources: FieldSources = ""
    note: Note = ""


class Corridor(Record):
    """A named set of links."""

    corridor_id: Id = Field(description="Id, unique.")
    name: str = Field("", description="English name.")
    name_ru: str = Field("", description="Russian name.")
    name_kk: str = Field("", description="Kazakh name.")
    kind: Literal["", "rail", "road", "river", "sea", "air", "multimodal"] = Field(
        "", description="Mode of its trunk, or several."
    )
    listed_in: str = Field("", description="Published list of corridors in which it is counted.")
    listed_as: str = Field("", description="Its name in that list.")
    description: str = Field("", description="Where it runs.")
    trace: str = Field(
        "",
        description="Main line: node ids in order of travel, `;`-separated; behind a vertical bar further branches.",
    )
    gateway_nodes: str = Field(
        "", description="Node ids, `;`-separated: a route belongs to the corridor only if it passes a gateway."
    )
    gateway_links: str = Field("", description="Link ids, `;`-separated: gateways as well.")
    source: Source = ""
    confidence: Grade = ""
    note: Note = ""


class Calibration(Record):
    """A fitted adjustment of the weight of some links; no price: it is in no `cost_usd`, and off unless asked for.

    A unit of a commodity that passes one of the links pays `calibration_usd_per_unit` times what it counts in
    `calibration_unit` (its TEU, its tonnes). See ``docs/calibration.md``.
    """

    calibration_id: Id = Field(description="Id, unique; that of the observation it was fitted to.")
    links: str = Field(
        description="Link ids, `;`-separated; `>` behind an id means only from `from_node` to `to_node`, `<` only back."
    )
    commodity: str = Field("", description="Commodity ids, `;`-separated, that pay; empty = all.")
    calibration_unit: Literal["teu", "t", "train", "truck", "flight", "sailing"] = Field(
        description="What a commodity's units are counted in, as for capacities."
    )
    calibration_usd_per_unit: Number = Field(
        description="Adjustment, below 0 where the links are used more than their price explains.",
        json_schema_extra={"unit": "USD per `calibration_unit`"},
    )
    step: Amount | None = Field(
        None,
        description="Yearly flow over all the links up to which a unit pays `margin_usd_per_unit` less, and beyond "
        "which it pays as much more; empty = no step.",
        json_schema_extra={"unit": "`calibration_unit`/year"},
    )
    margin_usd_per_unit: Amount | None = Field(
        None,
        description="Half the rise at the step; empty = 0.",
        json_schema_extra={"unit": "USD per `calibration_unit`"},
    )
    source: Source = ""
    confidence: Grade = ""
    note: Note = ""


class Observation(Record):
    """A published figure to validate the model against; routes and plans never read it."""

    observation_id: Id = Field(description="Id, unique.")
    kind: Literal["distance", "time", "cost", "flow", "order", "capacity"] = Field(description="What was observed.")
    origin: str = Field(
        "", description="Node id of the origin; for flows and capacities where it was counted, if there."
    )
    destination: str = Field("", description="Node id of the destination.")
    corridor: str = Field("", description="Corridor id; without `via` the route must pass a gateway of it.")
    mode: Modes = Field("", description="Bare modes the route may use, `;`-separated; empty = all.")
    via: str = Field("", description="Node or link ids the route must pass, `;`-separated, in order of travel.")
    avoid: str = Field("", description="Node or link ids the route must not use, `;`-separated.")
    links: str = Field(
        "",
        description="Flows: link ids whose flows add up to the figure, `;`-separated; `>` behind an id counts it only "
        "from `from_node` to `to_node`, `<` only back.",
    )
    ranking: str = Field(
        "",
        description="Orders: corridor ids or bare modes, `;`-separated, from the fastest (`unit` `d` or `h`) or the "
        "cheapest (money) on; behind a colon stand the only modes its route may use and, with a minus, countries it "
        "avoids (`titr:rail+sea-RU`).",
    )
    commodity: str = Field(
        "", description="Commodity id; empty = `container`. Flows: ids, `;`-separated; empty = all that the unit fits."
    )
    year: Year | None = Field(None, description="Year of the figure.")
    value: Number | None = Field(
        None,
        description="Typical value; empty = middle of the range, or its only end.",
        json_schema_extra={"unit": "`unit`"},
    )
    low: Number | None = Field(None, description="Low end.", json_schema_extra={"unit": "`unit`"})
    high: Number | None = Field(None, description="High end.", json_schema_extra={"unit": "`unit`"})
    unit: str = Field(
        "",
        description="`km`, `nm`; `h`, `d`; `USD/TEU`, `USD/t`; for flows `TEU`, `t`, `train`, `truck`, `flight` or "
        "`sailing` per `day`, `week`, `month`, `year` or `7 months`.",
    )
    tolerance: Annotated[float, Field(ge=0, le=1)] | None = Field(
        None,
        description="How far the model may be off `value`; empty = 0.05 for distances, 0.25 for times and costs, 0.15 "
        "for flows, 0 for orders.",
        json_schema_extra={"unit": "share"},
    )
    target: Flag | None = Field(
        None, description="1 = a fair target that counts; 0 or empty = context: shown, but never passed or missed."
    )
    remark: str = Field("", description="Why it is no target, or why the model misses it, in one sentence.")
    source: Source = ""
    confidence: Grade = ""
    note: Note = ""


class Claim(Record):
    """A published claim about projects, volumes or effects, and what answers it here; the model never reads it."""

    claim_id: Id = Field(description="Id, unique.")
    date: Annotated[str, Field(pattern=DATE_PATTERN)] = Field(
        "", description="Day, month or year of the publication: `2025-10-09`, `2025-10`, `2025`."
    )
    text: str = Field(description="The claim in plain words.")
    projects: str = Field("", description="Project cards that make it, `;`-separated.")
    demands: str = Field("", description="Demand ids, or groups of demands, that hold its volume, `;`-separated.")
    observations: str = Field("", description="Observations that hold the model to it, `;`-separated.")
    corridors: str = Field("", description="Corridor ids it speaks of, `;`-separated.")
    reason: str = Field(
        "", description="Why a model has no place for it, or what of it the rows and cards named here leave out."
    )
    source: Source = ""


RECORDS: dict[str, type[Record]] = {
    "nodes": Node,
    "links": Link,
    "transfers": Transfer,
    "shared_capacities": SharedCapacity,
    "rates": Rate,
    "commodities": Commodity,
    "demands": Demand,
    "corridors": Corridor,
    "calibration": Calibration,
    "observations": Observation,
    "claims": Claim,
}
"""Records by table, in the order in which a dataset is read and written."""
