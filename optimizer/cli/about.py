"""What the command line says of itself, in plain texts that cost nothing to import."""

from __future__ import annotations

ABOUT = """\
Routes and capacity plans on a multimodal freight network: rail, road, river, sea and air.

Works offline on the bundled Eurasian network, or on your own with --dataset DIR.

Exit codes: 0 done, 1 bad data, 2 usage or unknown name, 3 no route or unmet demand above the limit,
4 limit reached without an answer, 5 solver failure or failed verification."""

COMMANDS = {
    "route": "Find the best routes between two places.",
    "matrix": "Find the best route of every pair of two lists of places.",
    "plan": "Compute the cheapest flow plan of all demands, with its bottlenecks.",
    "whatif": "Compare scenarios and projects with the unchanged plan.",
    "users": "Show who uses a place, link, transfer or shared capacity in the plan.",
    "disrupt": "Close one thing at a time and rank what the plan stands or falls with.",
    "curve": "Show what every unit of a capacity, cost or demand is worth.",
    "validate": "Hold the model to the published figures of a dataset.",
    "calibrate": "Fit adjustments under which the plan shows the published flows.",
    "check": "Check a dataset folder and list every problem.",
    "info": "Show what a dataset holds, its sources and its licence.",
    "explain": "Show every number of a link, node or shared capacity with its source and grade.",
    "map": "Draw a map of the network, of flows, or of routes.",
    "report": "Write a plan or what-if as one HTML page: map, flows, money, bottlenecks.",
    "projects": "List the project cards of a dataset.",
    "verify": "Verify a plan from its JSON and the dataset alone.",
    "cache": "Show or clear the datasets that are kept to be read faster.",
    "schema": "Print the JSON Schema of the dataset format.",
}


def help_text() -> str:
    """Return what ``corridor --help`` prints."""
    commands = "\n".join(f"  {name:10}{does}" for name, does in COMMANDS.items())
    options = "  --version   Show the version.\n  -h, --help  Show this message and exit."
    about = "\n".join(f"  {line}".rstrip() for line in ABOUT.splitlines())
    return f"Usage: corridor [OPTIONS] COMMAND [ARGS]...\n\n{about}\n\nOptions:\n{options}\n\nCommands:\n{commands}"


def version_line() -> str:
    """Return what ``corridor --version`` prints."""
    from importlib.metadata import version

    return f"corridor {version('corridor-optimizer')}"
