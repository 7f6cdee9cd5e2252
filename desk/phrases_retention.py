"""What the pages of retention and disposal say, and its English (Art. 18)."""

from __future__ import annotations

from collections.abc import Mapping

RETENTION: Mapping[str, str] = {
    "保存与销毁": "Keeping and disposal",
    "销毁清册": "Disposal lists",
    "销毁登记簿": "Register of disposal",
    "暂停处置": "Hold",
    "案卷": "Case file",
    "期限变更": "Changes of terms",
    "超期复核": "Review of upper limits",
    "没有销毁清册。保存期满且没有其他保存理由的资料，由系统列入清册。": (
        "There is no disposal list. What is past its term and kept by nothing else is listed by the system."
    ),
    "待您办理": "waits for you",
    "立册": "Opened",
    "办结": "Closed",
    "等待期至 {at}": "grace until {at}",
    "至 {at}，此前可以撤出恢复。": "Until {at}; before that anything can be taken off.",
    "清册": "List",
    "下载清册 PDF": "Download the list as PDF",
    "执法音像资料销毁清册": "Disposal list of footage",
    "序号": "No.",
    "条数": "Items",
    "鉴定人（签名）": "Appraised by (signature)",
    "批准人（签名）": "Approved by (signature)",
    "监销人（签名）": "Witness (signature)",
    "年　　月　　日（印章）": "Date and seal",
    "办理进度": "Steps",
    "第十八条": "Art. 18",
    "第二十三条": "Art. 23",
    "资料范围": "Which",
    "下面勾选的资料": "those ticked below",
    "尚未鉴定的全部资料": "all that are not appraised",
    "在册的全部资料": "all that are listed",
    "鉴定意见": "Appraisal",
    "鉴定人": "Appraised by",
    "决定续存的资料撤出清册；其余的提交主要领导批准。": (
        "What is to be kept leaves the list; the rest is handed in to the principal leader."
    ),
    "保存至（仅限延长保存）": "Keep until (only with an end)",
    "保存至（不填为长期续存）": "Keep until (empty: without an end)",
    "登记鉴定意见": "Enter the appraisal",
    "提交批准": "Hand in for approval",
    "还有 {count} 条资料尚未鉴定。": "{count} recordings are not appraised yet.",
    "监销人": "Witnesses",
    "监销人一（执法证号）": "First witness (certificate number)",
    "监销人二（执法证号）": "Second witness (certificate number)",
    "监销人须为两名在职人员，且未参与本清册的鉴定和批准。": (
        "Two people in office who have neither appraised nor approved this list."
    ),
    "不同意销毁，全部续存": "Refuse: keep all of it",
    "您被指定为监销人。请核对本清册与批准的内容一致，确认后进入等待期。": (
        "You were named as a witness. Compare the list with what was approved; "
        "with the last word the grace period begins."
    ),
    "核对情况": "What you compared",
    "确认监销": "Confirm",
    "更换监销人": "Name another witness",
    "撤出清册，恢复保存": "Take off the list and keep",
    "撤出": "Taken off",
    "撤出原因": "Taken off because",
    "活动编号或者摘要": "Activity number or digest",
    "保存类别": "Class",
    "全部类别": "every class",
    "到期日": "Last day",
    "起算": "Counted from",
    "完好情况": "Condition",
    "清册编号": "List",
    "立册日期": "Opened",
    "批准人": "Approved by",
    "销毁数量": "Destroyed",
    "办结日期": "Closed",
    "证明编号": "Certificate",
    "清册编号、证明编号或者单位": "List, certificate or unit",
    "销毁证明": "Certificate of disposal",
    "销毁证明尚未出具。": "The certificate is not issued yet.",
    "本资料已于 {at} 依决定销毁，不能再查看或者申请。以下是留存的记录。": (
        "This recording was destroyed by decision on {at}; it cannot be viewed or asked for. "
        "This is what is left of it."
    ),
    "保存情况": "Keeping",
    "有关事实已变更，今夜重新核定。": "A fact has changed; the term is worked out anew tonight.",
    "没有到期日": "no last day",
    "终止续存": "ended",
    "终止长期续存": "End the keeping without an end",
    "终止后按原定期限保存；期满的列入销毁清册，另行决定。": (
        "From then on it is kept as long as its term says; what is past it is listed, which is decided about anew."
    ),
    "暂停处置中": "held",
    "已解除": "lifted",
    "新的暂停处置": "New hold",
    "编号、理由、文书或者案卷": "Number, reason, document or case",
    "事由": "Kind",
    "决定人": "Decided by",
    "解除": "Lifted",
    "解除暂停处置": "Lift the hold",
    "今后归入该案卷的资料一并暂停处置。": "What is filed there later is held as well.",
    "暂停处置的资料不得销毁，已列入销毁清册的撤出清册。由主要领导解除。": (
        "What is held is not destroyed, and leaves the list on which it stands. The principal leader lifts a hold."
    ),
    "该执法活动没有您可以暂停处置的资料。": "There is no footage of this activity that you may hold.",
    "案卷编号": "Case number",
    "案卷编号（可选）": "Case number (optional)",
    "填写案卷编号的，该案卷的全部资料一并暂停处置，今后归入的也一样。": (
        "With a case number all footage of the case is held, what is filed there later too."
    ),
    "登记": "Enter",
    "登记案卷": "New case file",
    "案卷编号或者文书": "Case number or document",
    "登记作为证据使用": "Use it as evidence in a case",
    "登记后按案卷的期限保存，不能撤回。第十八条第（二）项。": (
        "From then on it is kept as the case file is, for good. Art. 18(2)."
    ),
    "已结案": "closed",
    "未结案": "open",
    "结案日期": "Closed on",
    "结案日期（未结的不填）": "Closed on (empty while open)",
    "保存年数": "Years",
    "保存期限": "Term",
    "保存 {years} 年": "kept {years} years",
    "保存年限未定": "term not said yet",
    "永久保存": "permanent",
    "暂停处置整个案卷": "Hold the whole case",
    "结案、重新立案或者更改保存期限": "Close it, open it again, change its term",
    "结案、保存年限和永久保存须有依据文书。第十八条第（二）项：作为证据的资料与案卷保存期限一致。": (
        "Closing, years and permanence take a document. Art. 18(2): evidence is kept as long as its case file."
    ),
    "新的规则会使资料提前到期的，先列出清单，经主要领导同意后执行；此前按较长的期限保存。第二十三条。": (
        "What a new policy would release earlier is listed first and waits for the principal leader; "
        "until then the longer terms go on. Art. 23."
    ),
    "没有期限变更。": "There are no changes of terms.",
    "{count} 条资料提前到期": "{count} recordings would go earlier",
    "{count} 项期限变更待您决定": "{count} changes of terms wait for your decision",
    "待决定": "to be decided",
    "原到期日": "Last day now",
    "新到期日": "Last day then",
    "保存期满后长期未列入清册、又没有其他保存理由的资料，以及所在清册长期没有进展的资料。第十八条。": (
        "What is long past its term and neither listed nor kept by anything, or stands on a list that does not move. "
        "Art. 18."
    ),
    "下列单位的规则有误，未能复核：": "The policy of these units is not sound; they were not reviewed: ",
    "没有超期保存的资料。": "Nothing is kept beyond its limit.",
    "未列入": "on none",
    "第七条": "Art. 7",
    "资料异常": "Incidents",
    "待办结": "open",
    "已处理": "settled",
    "确认办结": "Settle",
    "办理结果": "How it was settled",
    "发现情况": "What was found",
    "发现时间": "Found",
    "已从备份恢复": "put back from the second vault",
    "定期核对发现的异常。办结前该资料不得销毁；由人办理，系统不自行办结。第七条。": (
        "What audits found. Until it is settled the recording is not destroyed; people settle it, never the software. "
        "Art. 7."
    ),
    "内容受损的资料，须重新读取并与原校验值一致后才能按恢复或者说明办结；确认灭失由领导决定。": (
        "A damaged recording is settled as restored or explained once it was read again as it was verified; "
        "that it is lost, a leader says."
    ),
    "{count} 项资料异常待办结": "{count} incidents are open",
}
