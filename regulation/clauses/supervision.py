"""Chapters 4 and 5, Supervision (监督考核) and Supplementary (附则): Art. 20 to 24."""

from __future__ import annotations

from regulation.clauses.clause import Clause, Status

_CANDIDATE = "A fault candidate, opened by the system with its evidence, decided by a person; not built yet."
_CONSEQUENCE = "A fault is confirmed by a person with authority, with the serious consequence named; not built yet."
_FAULT = "A fault is confirmed by a person with authority, no serious consequence needed; not built yet."

CLAUSES = (
    Clause(
        "20a",
        "定期抽查",
        "Administrators regularly spot-check the recordings and the equipment of their unit.",
        Status.PLANNED,
        "A sample that nobody can steer and anyone can draw again.",
    ),
    Clause(
        "20b",
        "督促、纠正",
        "Problems found are put right in time.",
        Status.PLANNED,
        "What the system itself finds is a duty that is escalated, and who was told what can be proved; correction "
        "duties for what a spot check finds are not built yet.",
        "registry.ledger.told",
        "tests/articles/test_article_20.py",
    ),
    Clause(
        "20c",
        "纳入监督考评",
        "Results enter supervision, the review of case files and appraisal.",
        Status.PLANNED,
        "The monthly supervision report.",
    ),
    Clause("21", "严禁", "Six acts are forbidden.", Status.PLANNED, _CANDIDATE),
    Clause(
        "21(1)",
        "不佩戴、使用",
        "Not wearing or using the recorder, or not recording in full.",
        Status.PLANNED,
        _CANDIDATE,
    ),
    Clause(
        "21(2)",
        "删减、修改",
        "Cutting or altering originals.",
        Status.ENFORCED,
        "From intake on refused by vault and registry; what whoever owns a disk or a database alters all the same is "
        "found, named, and an incident until a person has settled it (Art. 7). It makes no fault candidate yet.",
        "flows.fixity_audit",
        "tests/articles/test_article_21.py",
    ),
    Clause("21(3)", "擅自复制、传播", "Copying, keeping, spreading or leaking footage.", Status.PLANNED, _CANDIDATE),
    Clause("21(4)", "与执法无关", "Recording what has nothing to do with enforcement.", Status.PLANNED, _CANDIDATE),
    Clause("21(5)", "故意毁坏", "Wilfully destroying a recorder or a store of footage.", Status.PLANNED, _CANDIDATE),
    Clause("21(6)", "其他违反", "Other breaches of this regulation.", Status.PLANNED, _CANDIDATE),
    Clause("22-1", "执法过错", "Seven findings count as enforcement faults.", Status.PLANNED, "The fault ledger."),
    Clause(
        "22(1)",
        "引发投诉、炒作",
        "Misuse that leads to petitions, complaints or hostile publicity.",
        Status.PLANNED,
        _CONSEQUENCE,
    ),
    Clause("22(2)", "泄露、外传", "Leaking or passing on records.", Status.PLANNED, _CONSEQUENCE),
    Clause("22(3)", "删改、弄虚作假", "Altering or falsifying records.", Status.PLANNED, _FAULT),
    Clause(
        "22(4)",
        "不按规定存储",
        "Storing against the rules so that records are damaged or lost.",
        Status.PLANNED,
        _CONSEQUENCE,
    ),
    Clause("22(5)", "故意毁坏设备", "Wilfully destroying a recorder or its store.", Status.PLANNED, _FAULT),
    Clause("22(6)", "转借", "Lending a recorder to others for use against the rules.", Status.PLANNED, _FAULT),
    Clause("22(7)", "其他违反", "Other breaches with serious consequence.", Status.PLANNED, _CONSEQUENCE),
    Clause(
        "22-2",
        "追究责任",
        "Officers are held liable by the rules that apply; crimes are referred for prosecution.",
        Status.OUT_OF_SCOPE,
        "Liability is for those with authority over it; software hands them the evidence and decides nothing.",
    ),
    Clause(
        "23",
        "上级另有规定的，从其规定",
        "Where a unit's superior has ruled otherwise, that prevails.",
        Status.ENFORCED,
        "Policy layers: a superior's overrides and names its document, a unit's own may only be stricter (chosen).",
        "regulation.policy",
        "tests/articles/test_article_23.py",
    ),
    Clause(
        "24",
        "自发布之日起施行",
        "In force from the day of issue.",
        Status.ENFORCED,
        "Every value carries the days from and to which it holds; before 2022-05-23 none does.",
        "regulation.parameters",
        "tests/articles/test_article_24.py",
    ),
)
