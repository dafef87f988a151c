"""``corridor verify``: a plan held against the dataset, nothing else needed."""

from __future__ import annotations

import json
from pathlib import Path

import click

from optimizer.cli.arguments import dataset_option, format_option, open_dataset, output_option
from optimizer.cli.failures import FAILURE, finding_mapping
from optimizer.cli.output import emit, note
from optimizer.cli.progress import progress


@click.command("verify", short_help="Verify a plan from its JSON and the dataset alone.")
@click.argument("plan", metavar="PLAN.json")
@dataset_option
@format_option("table", "json", "csv")
@output_option
@click.pass_context
def command(ctx: click.Context, plan: str, dataset: str | None, form: str, output: str | None) -> None:
    """Verify a plan from its JSON and the dataset alone.

    Recomputes conservation, capacities, money, time and CO2 from the flows and checks the proof of optimality. Exit
    code 5 where the plan does not hold.
    """
    from optimizer.verification import verify

    text = Path(plan).read_bytes()
    data = open_dataset(dataset)
    try:
        claimed = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise click.UsageError(f"{plan} is not the JSON of a plan: {error}") from error
    with progress("verifying …"):
        findings = verify(claimed, data)
    if form == "json":
        listed = [finding_mapping(finding) for finding in findings]
        emit(json.dumps({"holds": not findings, "findings": listed}, ensure_ascii=False, indent=2), output)
    elif form == "csv":
        from optimizer.report.findings import findings_csv

        emit(findings_csv(findings).rstrip("\n"), output)
    elif findings:
        lines = [str(finding) for finding in findings]
        emit("\n".join([*lines, f"does not hold: {len(findings)} findings"]), output)
    else:
        emit(f"holds: {plan} ({claimed.get('status')}) agrees with {data.info.name} {data.info.version}", output)
        if claimed["run"].get("demands") is not None:
            note("The plan answers its own demands, not the dataset's: see run.demands.")
    if findings:
        ctx.exit(FAILURE)
