"""Chapter 2, Use (使用规范), first part: Art. 6 to 11."""

from __future__ import annotations

from regulation.clauses.clause import Clause, Status

_SEEN = "Only someone who watches can tell; the spot check that will ask for it (Art. 20) is not built yet."
_KIND = "The kind is entered with each activity; that no such activity goes unrecorded is not checked yet."

CLAUSES = (
    Clause(
        "6-1a",
        "出勤必带",
        "The recorder is carried on duty.",
        Status.ATTESTED,
        "Nothing but a person's word tells who carried one; nothing asks for it yet.",
    ),
    Clause(
        "6-1b",
        "执法必用",
        "The recorder is used in enforcement.",
        Status.PLANNED,
        "Every activity of Art. 9 ends in a recording, an approved exemption or a fault candidate.",
    ),
    Clause(
        "6-1c",
        "资料必存",
        "The footage is kept.",
        Status.ENFORCED,
        "What a dump holds is stored and locked before any of it may be wiped; nothing is refused for being broken.",
        "tasks.docking.take_in",
        "tests/flows/test_upload.py",
    ),
    Clause(
        "6-2",
        "执法记录仪管理员",
        "Each unit has its device administrators, who look after the recorders and their use from day to day.",
        Status.PLANNED,
        "The role is held by dated appointment and may file what is unfiled; that a unit has none is not told yet.",
        "regulation.authority",
    ),
    Clause(
        "6-3",
        "收回、重新配发",
        "On transfer or leaving, the administrator takes the recorder back and issues it anew.",
        Status.ENFORCED,
        "A transfer or the last day of duty opens a recall duty of the device administrator, met by the return of the "
        "recorder and by nothing else; not met in time, those above hear of it (three working days, chosen).",
        "registry.transitions.duties.facts",
        "tests/articles/test_article_06.py",
    ),
    Clause(
        "7-1a",
        "使用前检查",
        "Before use officers check battery, storage, clock and that the device works.",
        Status.ATTESTED,
        "What an officer found is entered under their name, for battery, storage, clock and the whole; the clock's "
        "measured offset is applied. That nobody goes out unchecked is not asked for yet.",
        "registry.transitions.checks",
        "tests/articles/test_article_07.py",
    ),
    Clause(
        "7-1b",
        "申请调换",
        "A device that does not work is replaced at the officer's request.",
        Status.ENFORCED,
        "A failed check opens a replacement duty of the device administrator, met by a later check that is passed or "
        "by another recorder for the officer (one working day, chosen).",
        "registry.transitions.duties.facts",
        "tests/articles/test_article_07.py",
    ),
    Clause(
        "7-2a",
        "连续、完整、客观、真实",
        "What is recorded is continuous, complete, objective and true.",
        Status.ENFORCED,
        "Each original is probed: damaged, empty, misnamed or unreadable ones are told apart and reported. Whether it "
        "is objective only a viewer can say.",
        "tasks.probing.probe",
        "tests/articles/test_article_07.py",
    ),
    Clause(
        "7-2b",
        "不得擅自删改",
        "Nobody deletes or alters originals.",
        Status.ENFORCED,
        "From intake on: written once, hashed as read, compared with what the vault holds, locked until the floor, and "
        "entered in a hash chain; then read again from end to end within every six months (chosen) and compared with "
        "registry and ledger. What is not as it was is an incident until a person has settled it. What happens on the "
        "device before docking is out of reach.",
        "flows.fixity_audit",
        "tests/articles/test_article_07.py",
    ),
    Clause(
        "7-3a",
        "避免逆光",
        "Avoid filming against the light.",
        Status.ATTESTED,
        _SEEN,
    ),
    Clause(
        "7-3b",
        "红外模式",
        "At night and in poor light, switch to infrared.",
        Status.ATTESTED,
        _SEEN,
    ),
    Clause(
        "7-3c",
        "恶劣天气",
        "In bad weather, shield the recorder to keep picture and sound usable.",
        Status.ATTESTED,
        _SEEN,
    ),
    Clause(
        "8",
        "佩戴在肩部或者胸部",
        "Worn at shoulder or chest, or placed or held where it records best.",
        Status.ATTESTED,
        _SEEN,
    ),
    Clause(
        "9",
        "全过程记录",
        "These seven kinds of activity are recorded in full.",
        Status.PLANNED,
        "An activity can only be entered as one of the seven; a missing recording is not told yet.",
        "regulation.vocabulary",
        "tests/articles/test_article_09.py",
    ),
    Clause("9(1)", "行政检查", "Inspections: daily, patrol, sampling, special.", Status.PLANNED, _KIND),
    Clause("9(2)", "简易程序", "Penalties by summary procedure.", Status.PLANNED, _KIND),
    Clause(
        "9(3)",
        "调查取证",
        "Gathering evidence after a case is opened, registration and keeping included.",
        Status.PLANNED,
        _KIND,
    ),
    Clause(
        "9(4)", "陈述申辩、投诉、举报", "Hearing statements, defences, complaints and reports.", Status.PLANNED, _KIND
    ),
    Clause(
        "9(5)",
        "强制执行",
        "Compulsory enforcement: removal, restoration, performance by others.",
        Status.PLANNED,
        _KIND,
    ),
    Clause("9(6)", "送达法律文书", "Service of legal documents.", Status.PLANNED, _KIND),
    Clause("9(7)", "接访", "Receiving petitioners and whatever else is prone to dispute.", Status.PLANNED, _KIND),
    Clause(
        "10-1",
        "全程不间断",
        "Recording is uninterrupted over the whole course.",
        Status.PLANNED,
        "A statement of evidence names every gap in an activity's course longer than the policy tolerates, with what "
        "was said of it; that a gap is owed an explanation is not told yet.",
        "regulation.gaps",
        "tests/articles/test_article_13.py",
    ),
    Clause(
        "10-2",
        "到达现场至活动结束",
        "It starts on arrival at the scene and stops after the activity ends.",
        Status.PLANNED,
        "An activity's start and end are entered and decide where a recording is filed; the gaps of a statement count "
        "from the one to the other.",
        "regulation.gaps",
    ),
    Clause("11", "重点记录", "Six things are recorded above all.", Status.ATTESTED, _SEEN),
    Clause("11(1)", "现场环境", "The surroundings.", Status.ATTESTED, _SEEN),
    Clause("11(2)", "体貌特征和言行举止", "Looks, words and deeds of the people present.", Status.ATTESTED, _SEEN),
    Clause(
        "11(3)", "重要涉案物品", "Important objects and other evidence, with what marks them.", Status.ATTESTED, _SEEN
    ),
    Clause("11(4)", "采取措施", "Measures that officers take against people and property.", Status.ATTESTED, _SEEN),
    Clause("11(5)", "现场送达", "Documents served on the spot.", Status.ATTESTED, _SEEN),
    Clause("11(6)", "其他内容", "Whatever else must be recorded.", Status.ATTESTED, _SEEN),
)
