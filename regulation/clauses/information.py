"""Chapter 3, Information (信息管理): Art. 14 to 19."""

from __future__ import annotations

from regulation.clauses.clause import Clause, Status

CLAUSES = (
    Clause(
        "14",
        "使用、管理制度",
        "Each body has rules for using recorders and for collecting, storing, retrieving and consulting footage.",
        Status.ATTESTED,
        "The unit's own rules come in as a dated policy layer that names its document; that it has any is its word. "
        "Duties name the version of the policy they were opened under.",
        "regulation.policy",
        "tests/articles/test_article_23.py",
    ),
    Clause(
        "15a",
        "谁执法、谁整理",
        "Who enforces, files the footage and sees to its archiving.",
        Status.ENFORCED,
        "Filed where exactly one activity fits; otherwise a duty of the officer, answered by an officer concerned or "
        "the unit's device administrator, never guessed.",
        "registry.transitions.filing",
        "tests/articles/test_article_15.py",
    ),
    Clause(
        "15b",
        "真实性负责",
        "And answers for its truth.",
        Status.ATTESTED,
        "An answer is entered in the ledger under the name of the person who gave it.",
        "registry.transitions.filing",
        "tests/articles/test_article_15.py",
    ),
    Clause(
        "16-1a",
        "24小时内存储",
        "Footage is stored within 24 hours after the activity ends.",
        Status.ENFORCED,
        "A duty of each officer who kept a recorder during the activity, met by sealed footage and by nothing else; "
        "not met in time, those above hear of it rung by rung (times chosen). No software can store what never comes.",
        "flows.deadline_escalation",
        "tests/articles/test_article_16.py",
    ),
    Clause(
        "16-1b",
        "专用存储器",
        "In the store that is meant for it.",
        Status.ENFORCED,
        "A signed receipt lists what is stored and verified; only that is wiped, each file compared again first.",
        "tasks.docking.wipe",
        "tests/articles/test_article_16.py",
    ),
    Clause(
        "16-1c",
        "不得自行保管",
        "Nobody keeps footage privately.",
        Status.ATTESTED,
        "What never reaches a dock is out of reach. What is taken in need stay on no device: the receipt says so.",
    ),
    Clause(
        "16-2",
        "返回单位后24小时",
        "After continuous, remote or outlying work, within 24 hours of returning to the unit.",
        Status.ENFORCED,
        "The clock starts at the return where a reason is recorded; to report the return is a duty of its own (72 "
        "hours after the end, chosen), so that nobody is away for ever.",
        "registry.transitions.duties.facts",
        "tests/articles/test_article_16.py",
    ),
    Clause(
        "16-3",
        "无线传输云端存储",
        "Where footage is sent by wireless, the officer makes sure that it has arrived and is stored reliably.",
        Status.ENFORCED,
        "What the vault holds is compared with what was read, whichever way it came; what came by wireless meets the "
        "duty only once its officer or the device administrator confirms that it is there.",
        "registry.transitions.docking.arriving",
        "tests/articles/test_article_16.py",
    ),
    Clause(
        "17-1",
        "分级授权管理",
        "Access is authorised by levels.",
        Status.ENFORCED,
        "Whose word a recording takes follows from who asks, whose it is and how it is marked; nobody decides on their "
        "own request, and silence approves nothing.",
        "regulation.access",
        "tests/articles/test_article_17.py",
    ),
    Clause(
        "17-2a",
        "分管领导批准",
        "An officer who needs footage for work has the supervising leader's approval, and is registered.",
        Status.ENFORCED,
        "A decision of whoever holds that seat at that moment, entered once with its reason; the register has it all.",
        "registry.transitions.access",
        "tests/articles/test_article_17.py",
    ),
    Clause(
        "17-2b",
        "主要领导批准",
        "Other units and persons have the principal leader's approval, and are registered.",
        Status.ENFORCED,
        "The same, by the principal leader of the unit whose footage it is; the requester's document is named.",
        "registry.transitions.access",
        "tests/articles/test_article_17.py",
    ),
    Clause(
        "17-3a",
        "不得擅自截留、拷贝、调用",
        "Nobody holds back, copies or uses footage on their own.",
        Status.ENFORCED,
        "Footage is shown under a live grant alone, personal and counted, and each look is entered. What is filmed off "
        "a screen is out of reach; the viewer's name stands over the picture.",
        "desk.viewing",
        "tests/articles/test_article_17.py",
    ),
    Clause(
        "17-3b",
        "保密工作规定",
        "Footage with state secrets, trade secrets or privacy follows the rules of confidentiality.",
        Status.ENFORCED,
        "Marked footage is reviewed before anybody approves, and is for viewing only unless the reviewer says "
        "otherwise; a marking placed later closes what was open.",
        "registry.transitions.access.marking",
        "tests/articles/test_article_17.py",
    ),
    Clause(
        "18",
        "保存期限",
        "How long footage is kept goes by what it is.",
        Status.ENFORCED,
        "Class and last day follow from the activity, its cases and the policy; without them an original is kept. What "
        "is due goes only by appraisal, approval, two witnesses and a time of grace.",
        "regulation.retention",
        "tests/articles/test_article_18.py",
    ),
    Clause(
        "18(1)",
        "不少于6个月",
        "Routine patrol and inspection: at least six months.",
        Status.ENFORCED,
        "The lock that every original is stored under, and the least term: calendar months, whole days, in the unit's "
        "zone, the expiry day kept.",
        "regulation.expiry",
        "tests/articles/test_article_18.py",
    ),
    Clause(
        "18(2)",
        "与案卷保存期限相同",
        "Evidence: as long as the case file.",
        Status.ENFORCED,
        "From the day the case was closed for as long as its file is kept; an open, permanent or unknown file gives no "
        "last day.",
        "regulation.retention",
        "tests/articles/test_article_18.py",
    ),
    Clause(
        "19a",
        "转化至存储媒介",
        "Footage used as evidence is converted to a suitable medium.",
        Status.ENFORCED,
        "A package under a grant of Art. 17: originals byte for byte after they were read again, what was made of them "
        "named as such, checked by a second person and signed by a leader; for disc, stick or by wire, and anybody can "
        "verify it with ordinary tools. The originals are then kept as long as the case file.",
        "flows.evidence_conversion",
        "tests/articles/test_article_19.py",
    ),
    Clause(
        "19b",
        "文字说明材料",
        "With a text that states source, extractor, time of extraction, maker and what it proves.",
        Status.ENFORCED,
        "What the article and the court's rule on such evidence ask for is required by name: where anything is "
        "missing, nobody can check or sign, and nothing is issued.",
        "regulation.statement",
        "tests/articles/test_article_19.py",
    ),
)
