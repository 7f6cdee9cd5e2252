"""Python runs this at its start in every process below a worker that has this folder on its PYTHONPATH: the moments in
`CUSTODY_FAULTS` (JSON) are set as soon as the flow has been imported."""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.util
import json
import os
import sys
from collections.abc import Sequence
from types import ModuleType

_FLOW = "flows.upload"


class _Once(importlib.abc.MetaPathFinder):
    """Finds the flow once, with a loader that sets the moments when it has been imported."""

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if name != _FLOW:
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        assert spec is not None
        assert spec.loader is not None
        execute = spec.loader.exec_module

        def and_set_moments(module: ModuleType) -> None:
            execute(module)
            from tests.faults.moments import Moment

            for told in json.loads(os.environ["CUSTODY_FAULTS"]):
                Moment(told)

        spec.loader.exec_module = and_set_moments  # type: ignore[method-assign]
        return spec


if "CUSTODY_FAULTS" in os.environ:
    sys.meta_path.insert(0, _Once())
