"""The command group. Commands are imported when they run, so that each pays only for what it uses."""

from __future__ import annotations

import sys
from importlib import import_module
from itertools import pairwise
from typing import NoReturn

import click

COMMANDS = {
    "route": "Find the best routes between two places.",
    "plan": "Compute the cheapest flow plan of all demands, with its bottlenecks.",
    "check": "Check a dataset folder and list every problem.",
    "info": "Show what a dataset holds, its sources and its licence.",
    "projects": "List the project cards of a dataset.",
    "verify": "Verify a plan from its JSON and the dataset alone.",
    "schema": "Print the JSON Schema of the dataset format.",
}


class LazyGroup(click.Group):
    """A group that knows names and one-line helps without importing its commands."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the command names in reading order."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the module of a command and return it."""
        if cmd_name not in COMMANDS:
            return None
        command = import_module(f"optimizer.cli.{cmd_name}").command
        if not isinstance(command, click.Command):
            raise TypeError(f"optimizer.cli.{cmd_name}.command is no click command")
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Resolve a command; an unknown one names the closest."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from difflib import get_close_matches

            close = get_close_matches(args[0], COMMANDS, n=2, cutoff=0.5)
            hint = f" Did you mean {' or '.join(close)}?" if close else f" Commands: {', '.join(COMMANDS)}."
            raise click.UsageError(f"No such command {args[0]!r}.{hint}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


def print_version(ctx: click.Context, _param: click.Parameter, value: bool) -> None:
    """Print the version and stop."""
    if not value or ctx.resilient_parsing:
        return
    from importlib.metadata import version

    click.echo(f"corridor {version('corridor-optimizer')}")
    ctx.exit()


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option(
    "--version", is_flag=True, expose_value=False, is_eager=True, callback=print_version, help="Show the version."
)
def corridor() -> None:
    """Routes and capacity plans on a multimodal freight network: rail, road, river, sea and air.

    Works offline on the bundled Eurasian network, or on your own with --dataset DIR. Exit codes: 0 done, 1 bad data,
    2 usage or unknown name, 3 no route or unmet demand above the limit, 4 limit without an answer, 5 solver failure
    or failed verification.
    """


def main(args: list[str] | None = None) -> NoReturn:
    """Run the command line and exit with its code; no exception leaves this function as a traceback."""
    arguments = sys.argv[1:] if args is None else args
    try:
        # Asked nothing, the command line explains itself.
        code = corridor.main(args=arguments or ["--help"], prog_name="corridor", standalone_mode=False)
    except click.exceptions.Exit as stop:
        code = stop.exit_code
    except BaseException as error:
        from optimizer.cli.failures import report_failure

        code = report_failure(error, as_json=wants_json(arguments))
    sys.exit(code if isinstance(code, int) else 0)


def wants_json(arguments: list[str]) -> bool:
    """Tell whether the output asked for is JSON, from the bare arguments: a usage error has no parsed ones."""
    return "--format=json" in arguments or ("--format", "json") in pairwise(arguments)
