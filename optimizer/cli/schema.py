"""``corridor schema``: the JSON Schema of the dataset format."""

from __future__ import annotations

import json

import click

from optimizer.cli.arguments import output_option
from optimizer.cli.output import emit


@click.command("schema", short_help="Print the JSON Schema of the dataset format.")
@click.option(
    "--format", "form", type=click.Choice(["json"]), default="json", show_default=True, help="Form of the result."
)
@output_option
def command(form: str, output: str | None) -> None:
    """Print the JSON Schema of the dataset format, table by table."""
    from network.schema import json_schema

    emit(json.dumps(json_schema(), ensure_ascii=False, indent=2), output)
