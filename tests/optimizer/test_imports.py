"""The two solver libraries in one process: some releases cannot be imported together."""

from __future__ import annotations

import subprocess
import sys

import pytest

ORTOOLS = "from ortools.graph.python import min_cost_flow; min_cost_flow.SimpleMinCostFlow().solve()"
HIGHS = "import highspy; solver = highspy.Highs(); solver.setOptionValue('output_flag', False); solver.run()"
PYOMO = "from pyomo.contrib.appsi.solvers.highs import Highs; assert Highs().available()"


@pytest.mark.parametrize("order", [(ORTOOLS, HIGHS), (HIGHS, ORTOOLS), (PYOMO, ORTOOLS, HIGHS), (ORTOOLS, PYOMO)])
def test_solver_libraries_share_a_process(order: tuple[str, ...]) -> None:
    """OR-Tools and HiGHS can be imported and run in one fresh process, in either order, Pyomo with them."""
    done = subprocess.run([sys.executable, "-c", "\n".join(order)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_only_the_solver_layer_imports_solvers() -> None:
    """The verifier, the proof and the formulations can be imported without any solver library."""
    modules = (
        "optimizer.verification, optimizer.proof, optimizer.formulations.single_flow, optimizer.solvers.ortools_flow"
    )
    program = (
        f"import sys, {modules}\n"
        "print(*{name.partition('.')[0] for name in sys.modules} & {'ortools', 'highspy', 'pyomo', 'scipy', 'pandas'})"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_the_verifier_knows_no_solver_and_no_formulation() -> None:
    """Importing the verifier loads neither formulations nor solvers, so that their mistakes cannot be its own."""
    program = "import sys, optimizer.verification\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    loaded = [name for name in done.stdout.split() if name.startswith(("optimizer.formul", "optimizer.solvers"))]
    assert loaded == []
    assert not {"optimizer.blocks", "optimizer.decomposition"} & set(done.stdout.split())
