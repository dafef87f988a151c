"""The command group. Commands are imported when they run, so that each pays only for what it uses."""

from __future__ import annotations

from importlib import import_module

import click

from optimizer.cli.about import ABOUT, COMMANDS, version_line


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
    click.echo(version_line())
    ctx.exit()


@click.group(
    cls=LazyGroup, help=ABOUT, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110}
)
@click.option(
    "--version", is_flag=True, expose_value=False, is_eager=True, callback=print_version, help="Show the version."
)
def corridor() -> None:
    """Run one of the commands; the help says what they answer."""


def run(arguments: list[str]) -> int:
    """Run a command and return the exit code it asks for."""
    try:
        # What was typed goes along for answers that tell the command.
        code = corridor.main(args=arguments, prog_name="corridor", standalone_mode=False, obj=list(arguments))
    except click.exceptions.Exit as stop:
        return stop.exit_code
    return code if isinstance(code, int) else 0
