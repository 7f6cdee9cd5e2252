"""Chapter 1, General (总则): Art. 1 to 5."""

from __future__ import annotations

from regulation.clauses.clause import Clause, Status

CLAUSES = (
    Clause(
        "1",
        "制定目的",
        "Why the regulation was made: orderly use of recorders, supervision, protection of parties and officers.",
        Status.OUT_OF_SCOPE,
        "A purpose, not a demand.",
    ),
    Clause(
        "2-1a",
        "录像、照相、录音",
        "A recorder is a portable device that takes video, photos and sound of inspections and case work.",
        Status.ENFORCED,
        "All three kinds of media are taken in and told apart; anything else a recorder carries is kept, never opened.",
        "tasks.probing.probe",
        "tests/tasks/test_probing.py",
    ),
    Clause(
        "2-1b",
        "满足实际需要",
        "The recorders provided are good enough for the work.",
        Status.OUT_OF_SCOPE,
        "A matter of procurement.",
    ),
    Clause(
        "2-2",
        "当事人",
        "Party means the counterparty, informants, witnesses, victims and others connected with the case.",
        Status.ENFORCED,
        "An activity lists the kinds of its parties from these; no personal data of a party is asked for.",
        "regulation.vocabulary",
        "tests/articles/test_article_02.py",
    ),
    Clause(
        "3",
        "按一定比例配备",
        "Front-line staff are equipped with recorders in a proportion that the work needs.",
        Status.PLANNED,
        "Issued recorders against the required ratio, in the monthly supervision report.",
    ),
    Clause(
        "4a",
        "谁使用、谁保管、谁负责",
        "Whoever uses a recorder keeps it and answers for it.",
        Status.ENFORCED,
        "Who held which recorder is registered from–to; a recording names its recorder and, by name or by who held it "
        "then, its officer. Where either is unknown the duty to find out is the unit's.",
        "tasks.docking.claims",
        "tests/articles/test_article_04.py",
    ),
    Clause(
        "4b",
        "严禁其他活动",
        "Without approval a recorder is not used for anything else.",
        Status.ENFORCED,
        "A recording that fits no activity is unfiled and a duty of its officer to explain. The software cannot keep "
        "anyone from switching a recorder on.",
        "registry.transitions.filing",
        "tests/articles/test_article_04.py",
    ),
    Clause(
        "4c",
        "同步摄录",
        "What happens is recorded as it happens.",
        Status.PLANNED,
        "Who owes what for a gap; today a session's timeline shows recordings and gaps to the eye, and a statement of "
        "evidence names the gaps in the course of each activity with what was said of them.",
        "tasks.docking.timeline",
    ),
    Clause(
        "4d",
        "集中管理",
        "Recordings are held centrally.",
        Status.ENFORCED,
        "Every file of a dump becomes an original in the unit's vault, whatever its condition.",
        "tasks.docking.take_in",
        "tests/articles/test_article_04.py",
    ),
    Clause(
        "4e",
        "规范归档",
        "Recordings are filed in order.",
        Status.ENFORCED,
        "Each original is filed under its activity, unfiled, or asked about; nothing is left undecided.",
        "regulation.filing",
        "tests/articles/test_article_15.py",
    ),
    Clause(
        "4f",
        "严格保密",
        "Recordings are strictly confidential.",
        Status.ENFORCED,
        "Nobody sees or copies footage but by a personal grant, or by their part in an evidence conversion, each look "
        "on record (Art. 17, 19); nothing of what is in it stands in logs, events, run names or keys.",
        "regulation.access",
        "tests/articles/test_article_04.py",
    ),
    Clause(
        "5a",
        "培训和监督检查",
        "Units train their officers in the use of recorders, and supervise it.",
        Status.PLANNED,
        "Training records and a warning when a recorder is issued to an untrained officer; a unit's policy can make it "
        "a refusal (chosen).",
        "regulation.parameters",
    ),
    Clause(
        "5b",
        "第一责任人",
        "The unit's principal leader is the first responsible person.",
        Status.ENFORCED,
        "The last rung of every escalation is told to whoever holds the role at that moment, at night too; where "
        "nobody does, the city-level supervision hears of it.",
        "regulation.ladder",
        "tests/articles/test_article_16.py",
    ),
)
