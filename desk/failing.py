"""Acts that the registry refuses, as people see them: a sentence in their language, beside its field (Art. 17)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from desk.failing_conversion import said_of_conversion
from desk.showing import NotShown
from desk.words import Language
from regulation.access_terms import FieldDenied
from regulation.errors import ActionDenied
from regulation.retention import LONGEST_YEARS

_CHINESE: Mapping[str, str] = {
    "This step is not yours to decide.": "您不是本环节的审批人。",
    "This step is not open: it was answered, or is not asked.": "本环节已作出决定，或者尚未开始。",
    "There is no leave to look at this now.": "您目前没有查看该资料的授权。",
    "This recording was not granted, or was marked since.": "该资料未获授权，或者授权后已加标记，需重新申请。",
    "Every look that was granted is used.": "授权的查看次数已用完。",
    "Every copy that was granted is handed out.": "授权的复制份数已领完。",
    "There is no leave to take this copy now.": "您目前不能下载该复制件。",
    "There is no such copy.": "没有这份复制件。",
    "There is no such token.": "没有这个令牌。",
    "This copy is somebody else's.": "这是他人的复制件。",
    "What became of this copy was entered already.": "该复制件的去向已经登记。",
    "A device administrator of the unit confirms it, not the holder.": (
        "由资料所属单位的执法记录仪管理员确认，领取人本人不能确认。"
    ),
    "This request is somebody else's.": "这是他人的申请。",
    "Name the letter or document with which the footage is asked for.": "请填写调阅所依据的文书。",
    "Footage can be asked for once it is sealed, and until it is destroyed.": "资料封存后、销毁前方可申请。",
    "Only the device administrator asks on behalf of somebody else.": "只有执法记录仪管理员可以代他人申请。",
    "There is no such person in office.": "没有此人，或者已不在职。",
    "A request names 1 to 500 recordings.": "一次申请须选择 1 至 500 条资料。",
    "Choose at least one recording, or deny.": "请至少选择一条资料，或者不予批准。",
    "This is more than was asked for.": "超出了申请的范围。",
    "It must end after it begins and no later than what was asked for.": "截止时间须晚于开始时间，且不晚于申请的时间。",
    "It begins before what was asked for.": "开始时间早于申请的时间。",
    "A part begins at 0 or later and ends after it begins.": "起止时间不正确。",
    "The recording is over before this part begins.": "起始时间超过了资料的时长。",
    "They may not decide this: name somebody who holds the seat or one above.": "该人无权审批，请指定有权审批的人。",
    "Only who approved a grant, or the principal leader, may revoke it.": "只有批准人或者主要领导可以撤销授权。",
    "Only who made footage, or has a role over it, may mark it.": "只有拍摄人或者对该资料负有职责的人员可以加标记。",
    "Only the confidentiality reviewer or the principal leader may lift a marking.": (
        "只有保密审查员或者主要领导可以解除标记。"
    ),
    "It is not marked so.": "该资料没有此标记。",
    "Only the department head or a leader above may excuse or pause a duty, and nobody their own.": (
        "只有部门负责人或者上级领导可以免除、中止，本人的事项除外。"
    ),
    "The duty is no longer owed.": "该事项已经办结。",
    "A pause ends ahead of now.": "中止的截止日期须晚于今天。",
    "Only a clock that runs can be stopped.": "只有正在计算的期限可以中止。",
    "The clock is stopped already.": "该期限已经中止。",
    "A decision needs a reason of up to 2000 characters.": "请填写理由，不超过 2000 字。",
    "Only an officer of the activity, who recorded it, or the unit's device administrator may file this.": (
        "只有参加该活动的执法人员、拍摄人或者本单位执法记录仪管理员可以归档。"
    ),
    "Only who made a recording of it, or the unit's device administrator, may confirm its arrival.": (
        "只有拍摄人或者本单位执法记录仪管理员可以确认到达。"
    ),
    "Only an officer of the activity, the unit's device administrator or its department head reports a return.": (
        "只有参加该活动的执法人员、本单位执法记录仪管理员或者部门负责人可以报告返回。"
    ),
    "No remote, continuous or outlying work is on record for this activity.": (
        "该活动没有登记异地、连续或者偏远的事由，期限自活动结束时起算。"
    ),
    "The activity has not ended yet.": "执法活动尚未结束。",
    "The return from this activity was reported already.": "该活动已经报告返回单位。",
    "The return is not before the end of the activity.": "返回时间不能早于执法活动的结束时间。",
    "The return does not lie in the future.": "返回时间不能晚于现在。",
    "This duty is not about a return to the unit.": "此事项与返回单位无关。",
    "This duty is not about where a recording belongs.": "此事项与资料归档无关。",
    "Its arrival was confirmed already.": "已经确认到达。",
    "There is no activity of this number.": "没有该编号的执法活动。",
    "it is filed under another activity": "该资料已归入其他执法活动。",
    "Nobody has this certificate number.": "没有使用该执法证号的人员。",
    "This is not a time.": "时间不正确。",
    "This is not a number.": "数字不正确。",
    "Somebody has this certificate number already.": "该执法证号已有人使用。",
    "A number has 1 to 32 characters, each of which shows.": "执法证号须为 1 至 32 个可见字符。",
    "There is no such unit.": "没有这个单位。",
    "There is no such seat.": "没有这个岗位。",
    "Nobody leaves before joining.": "离职日期不能早于入职日期。",
    "Nobody changes what is entered about themself.": "不能办理本人的事项。",
    "Only the device administrator or the head of the unit does this.": "由该单位的执法记录仪管理员或者主要领导办理。",
    "They hold a seat: only the head above it does this.": "此人担任职务，由其上级负责人办理。",
    "Somebody else confirms it: not who proposed it, nor whom it is about.": "须由提出人和本人以外的负责人确认。",
    "Only the head above this seat confirms it.": "须由该岗位的上级负责人确认。",
    "There is no such appointment.": "没有这项任职。",
    "This appointment is over.": "该任职已经结束。",
    "This was decided already.": "该事项已经办理。",
    "It ends before it begins, or is over already.": "截止时间早于开始时间，或者已经过去。",
    "No recording is named.": "请选择资料，或者填写案卷编号。",
    "There is no such recording.": "没有这条资料。",
    "This recording was destroyed by decision.": "该资料已依决定销毁。",
    "Its destruction has begun.": "该资料已开始销毁，不能再办理此事项。",
    "Choose one of these.": "请选择一项。",
    "Choose at least one recording.": "请至少选择一条资料。",
    "A number has 1 to 64 characters, each of which shows.": "案卷编号须为 1 至 64 个可见字符。",
    "A permanent file is not kept for a number of years.": "永久保存的案卷不填保存年数。",
    f"A file is kept 1 to {LONGEST_YEARS} years, or it is permanent.": (
        f"案卷保存 1 至 {LONGEST_YEARS} 年，或者永久保存。"
    ),
    "A case is not closed in the future.": "结案日期不能晚于今天。",
    "Another unit has a case file with this number.": "其他单位已有该编号的案卷。",
    "There is no case file with this number.": "没有该编号的案卷，请先登记。",
    "There is a case file with this number already.": "该编号的案卷已经登记。",
    "Only the device administrator, the department head or a leader above keeps case files.": (
        "案卷由执法记录仪管理员、部门负责人或者上级领导登记。"
    ),
    "Only who made footage, or has a role over it, may hold it back.": (
        "只有拍摄人或者对该资料负有职责的人员可以暂停处置。"
    ),
    "Only the principal leader may lift what holds footage back.": "只有主要领导可以解除暂停处置。",
    "A hold is over the recordings of one unit.": "一项暂停处置只能包括一个单位的资料。",
    "There is no such hold, or it was lifted already.": "没有这项暂停处置，或者已经解除。",
    "There is no such open incident.": "没有这项异常，或者已经办结。",
    "Only the device administrator or a leader of the unit settles an incident.": (
        "由本单位的执法记录仪管理员、部门负责人或者领导办结。"
    ),
    "The original is not as it was verified: it is restored, or lost.": (
        "该资料与原校验值不符，须先恢复，或者确认灭失。"
    ),
    "What can be read as it was verified is not lost.": "该资料可以读取且与原校验值一致，不能确认灭失。",
    "Only a leader gives an original up as lost.": "确认灭失须由领导决定。",
    "Only the principal leader lets a shorter term into force.": "缩短保存期限须经主要领导同意。",
    "There is no such activity.": "没有这项执法活动。",
    "Only an officer of the activity says why it was not recorded.": "由参加该活动的执法人员说明。",
    "An interruption is reported to the head of the department, and nobody takes note of their own.": (
        "中断说明由部门负责人审阅；本人参加的活动，由上一级审阅。"
    ),
    "The principal leader of the unit reviews an exemption, and nobody reviews their own.": (
        "免予记录由本单位主要领导审核；本人参加的活动，由上一级审核。"
    ),
    "There is no such interruption any more: look again.": "该段中断已有变化，请刷新后重试。",
    "Recording did not resume, so nothing was said in it.": "此后没有恢复记录，请选择书面说明。",
    "There is no such report, or it was seen already.": "没有这份中断说明，或者已经审阅。",
    "This ground was entered already.": "该情形已经填写过工作记录。",
    "There is no such record, or it was reviewed already.": "没有这份工作记录，或者已经审核。",
    "There is no such disposal list.": "没有这份清册。",
    "This step is not open: it was answered, or there is none.": "本环节已作出决定，或者尚未开始。",
    "This list was handed in already.": "该清册已提交批准。",
    "This list was not carried out.": "该清册尚未销毁完毕。",
    "Something on the list is not appraised yet.": "还有资料尚未鉴定。",
    "Name a day to keep it until, and no day for anything else.": "延长保存的，请填写保存至何日。",
    "This does not stand on the list.": "所选资料不在清册上，请刷新后重试。",
    "This day lies behind.": "日期须晚于今天。",
    "Nothing is kept without an end by this.": "该资料并非长期续存，或者续存已经终止。",
    f"Beyond {LONGEST_YEARS} years it is kept without an end: name no day.": (
        f"超过 {LONGEST_YEARS} 年的，按长期续存办理，不填日期。"
    ),
    "It is too late: the list is being carried out, or is over.": "清册已开始销毁或者已经办结，不能再撤出。",
    "Its time of grace is not over, or it was not decided.": "等待期未满，或者尚未批准。",
    "It lacks an approval or its witnesses.": "缺少批准或者监销确认。",
    "Nothing is left on the list: something keeps all of it by now.": "清册上的资料目前都有保存理由，没有可以销毁的。",
    "Only the witness who was named says this.": "只有被指定的监销人本人可以确认。",
    "Nothing is to be witnessed here now.": "该清册目前不需要监销确认。",
    "Only the unit's device administrator appraises a disposal list.": "由本单位的执法记录仪管理员鉴定。",
    "Two different people witness a disposal.": "监销人须为两名不同的人员。",
    "Who appraised or approves a list does not witness it.": "参与鉴定或者批准的人员不能监销。",
    "A witness is somebody in office.": "监销人须为在职人员。",
    "Only who takes part in a disposal, or has a role over it, may stop it.": (
        "只有参与本次销毁或者对该资料负有职责的人员可以撤出。"
    ),
}  # fmt: skip


def said(refused: ActionDenied, language: Language) -> str:
    """The sentence for a person, in their language."""
    if language == "en":
        return refused.message
    if (of_conversion := said_of_conversion(refused.message)) is not None:
        return of_conversion
    if refused.message.startswith("Say it in"):
        return "请填写，不超过 " + refused.message.removeprefix("Say it in 1 to ").split()[0] + " 字。"
    if refused.message.startswith("There are ") and "tokens already" in refused.message:
        return "令牌数量已达上限，请先收回一个。"
    if refused.message.startswith("A disposal list that is "):
        return "清册目前的状态不能办理此事项。"
    if refused.message.startswith("It must be "):
        return "数值须在" + refused.message.removeprefix("It must be ").replace(" to ", "至").rstrip(".") + "之间。"
    if refused.message.startswith("Access is granted for at most"):
        return "期限过长：" + refused.message.split("most ")[1].rstrip(".").replace("hours", "小时") + "以内。"
    return _CHINESE.get(refused.message, "不予办理：" + refused.message)


def field_of(refused: ActionDenied) -> str:
    """The field beside which the sentence stands, empty where it is about all of it."""
    return refused.field if isinstance(refused, FieldDenied) else ""


@contextmanager
def shown_as(status: int) -> Iterator[None]:
    """What the registry refuses meanwhile is a page of this status that says so: `NotShown`."""
    try:
        yield
    except ActionDenied as refused:
        raise NotShown(status, said(refused, "zh"), refused.message) from None
