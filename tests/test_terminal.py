"""What commands show beside their answers."""

from __future__ import annotations

import pytest
from rich.console import Console

from kg.cli.terminal import _bars


@pytest.mark.parametrize("columns", [40, 80, 200])
def test_a_bar_is_one_line_however_narrow_the_terminal(columns: int) -> None:
    bars = _bars()
    for stage in ("reading", "validating", "writing"):
        task = bars.add_task(stage, total=100)
        bars.update(task, completed=100)
        bars.tasks[-1].finished_speed = 351_900.0
    lines = Console(width=columns).render_lines(bars.make_tasks_table(bars.tasks))
    assert len(lines) == 3
