"""The words in which a notice speaks to people: Chinese first, English beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from regulation.access import Ground
from regulation.access_states import RequestState
from regulation.ladder import Step
from regulation.vocabulary import Role
from tasks.notices.digest import Trouble

Language = Literal["zh", "en"]
Words = Mapping[Language, str]

STEPS: Mapping[Step, Words] = {
    Step.REMINDER: {"zh": "到期前提醒", "en": "Reminder before it is due"},
    Step.DUE: {"zh": "到期通知", "en": "Due"},
    Step.DEPARTMENT_HEAD: {"zh": "上报部门负责人", "en": "Escalated to the department head"},
    Step.SUPERVISING_LEADER: {"zh": "上报分管领导", "en": "Escalated to the supervising leader"},
    Step.PRINCIPAL_LEADER: {"zh": "上报主要领导", "en": "Escalated to the principal leader"},
}

ROLES: Mapping[Role, Words] = {
    Role.OFFICER: {"zh": "执法人员", "en": "officer"},
    Role.DEVICE_ADMINISTRATOR: {"zh": "执法记录仪管理员", "en": "device administrator"},
    Role.DEPARTMENT_HEAD: {"zh": "部门负责人", "en": "department head"},
    Role.SUPERVISING_LEADER: {"zh": "分管领导", "en": "supervising leader"},
    Role.PRINCIPAL_LEADER: {"zh": "主要领导", "en": "principal leader"},
    Role.CONFIDENTIALITY_REVIEWER: {"zh": "保密审查员", "en": "confidentiality reviewer"},
    Role.SUPERVISOR: {"zh": "行政执法监督人员", "en": "legal supervisor"},
}

GROUNDS: Mapping[Ground, Words] = {
    Ground.OWN_UNIT: {"zh": "本单位执法人员因工作需要调用", "en": "An officer of the unit needs it for work"},
    Ground.OTHER_UNIT: {"zh": "其他单位查看、调取", "en": "Another unit asks for it"},
    Ground.OUTSIDER: {"zh": "其他人员查看、调取", "en": "Somebody from outside asks for it"},
    Ground.MARKED: {"zh": "资料标有保密或者隐私标记", "en": "The footage is marked"},
}
"""Why a step of a request is there."""

REQUESTS: Mapping[RequestState, Words] = {
    RequestState.DRAFT: {"zh": "退回补正", "en": "sent back with a question"},
    RequestState.PENDING: {"zh": "待审批", "en": "pending"},
    RequestState.IN_REVIEW: {"zh": "审批中", "en": "in review"},
    RequestState.APPROVED: {"zh": "已批准", "en": "approved"},
    RequestState.PARTLY_APPROVED: {"zh": "部分批准", "en": "partly approved"},
    RequestState.DENIED: {"zh": "不予批准", "en": "denied"},
    RequestState.WITHDRAWN: {"zh": "已撤回", "en": "withdrawn"},
    RequestState.EXPIRED: {"zh": "已失效", "en": "expired"},
    RequestState.FULFILLED: {"zh": "已办结", "en": "fulfilled"},
    RequestState.UNAVAILABLE: {"zh": "无法提供", "en": "unavailable"},
    RequestState.REVOKED: {"zh": "已撤销", "en": "revoked"},
}
"""What became of a request."""

TROUBLE: Mapping[Trouble, Words] = {
    Trouble.RUN_FAILED: {"zh": "任务运行失败", "en": "A run has failed"},
    Trouble.WORKER_GONE: {"zh": "工作进程失去联系", "en": "A worker is gone"},
    Trouble.SWEEP_LATE: {"zh": "期限检查未按时运行", "en": "The check of deadlines is late"},
    Trouble.NOTICE_DEAD: {"zh": "通知无法送达", "en": "A notice cannot be delivered"},
    Trouble.POLICY_UNSOUND: {"zh": "制度配置有误", "en": "A policy is not sound"},
    Trouble.ORIGINAL_DISPUTED: {"zh": "原始资料完整性存疑", "en": "An original is not as it was verified"},
}

REMEDY: Mapping[Trouble, Words] = {
    Trouble.RUN_FAILED: {
        "zh": "请查看运行记录，排除原因后重新运行；重复运行不会造成重复或者丢失。",
        "en": "Read the run's log, remove the cause and run it again; nothing is lost or done twice.",
    },
    Trouble.WORKER_GONE: {
        "zh": "请检查服务器并重新启动工作进程；在此之前，期限检查和通知均不运行。",
        "en": "Look at the machine and start the worker again; until then no deadline is checked and nobody is told.",
    },
    Trouble.SWEEP_LATE: {
        "zh": "请检查服务是否运行；恢复后将补发通知，并注明延迟。",
        "en": "See whether the service runs; when it does, notices are sent late and say so.",
    },
    Trouble.NOTICE_DEAD: {
        "zh": "请检查通知渠道设置，修正后重新发送；在此之前，请以其他方式告知收件人。",
        "en": "Check the channels, then send it again; until then tell the person in another way.",
    },
    Trouble.POLICY_UNSOUND: {
        "zh": "请运行 custody doctor，按所列文件、参数和条款更正；在此之前，该单位的期限不督办，到期事项无人得知。",
        "en": "Run `custody doctor`, and mend the file, key and article it names; until then nobody of that unit is "
        "told of what falls due.",
    },
    Trouble.ORIGINAL_DISPUTED: {
        "zh": "请查看未结事件并查明原因，不得自行覆盖、移动或者删除保管库中的文件；处理完毕后，由本人登记结论。",
        "en": "Look at the open incidents and find the cause; do not overwrite, move or delete anything in the vault. "
        "Then enter how it was settled.",
    },
}

ZONES: Mapping[str, Words] = {
    "Asia/Shanghai": {"zh": "北京时间", "en": "Beijing time"},
    "Asia/Urumqi": {"zh": "乌鲁木齐时间", "en": "Ürümqi time"},
}
"""What people call a zone; any other is shown by its own name."""

PHRASES: Mapping[str, Words] = {
    "brand": {"zh": "【执法记录仪】", "en": "[Body-worn recorders] "},
    "overdue": {"zh": "{count} 项逾期", "en": "{count} overdue"},
    "upcoming": {"zh": "{count} 项将到期", "en": "{count} due soon"},
    "colon": {"zh": "：", "en": ": "},
    "comma": {"zh": "、", "en": ", "},
    "articles": {"zh": "（{articles}）", "en": " ({articles}) "},
    "article": {"zh": "第{number}条", "en": "Art. {number}"},
    "as-of": {"zh": "截至 {at}（{zone}，下同）：{kinds}。", "en": "As of {at} ({zone}, as all times here): {kinds}."},
    "of-kind": {"zh": "{what} {count} 项", "en": "{what}: {count}"},
    "reads-as": {"zh": "您以{role}的身份收到本通知。", "en": "You are told as {role}."},
    "reads-own": {"zh": "以下事项由您负责办理。", "en": "These are yours to do."},
    "delayed": {
        "zh": "因系统停机，本通知迟发 {span}；逾期时长按实际计算。",
        "en": "After an outage this notice is {span} late; how late the duties are is told as it is.",
    },
    "late": {"zh": "逾期 {span}", "en": "{span} overdue"},
    "just-due": {"zh": "刚刚到期", "en": "due now"},
    "left": {"zh": "还剩 {span}", "en": "{span} left"},
    "owed-by": {"zh": "责任人", "en": "Owed by"},
    "unknown": {"zh": "尚未确定", "en": "not known yet"},
    "unit": {"zh": "单位", "en": "Unit"},
    "since": {"zh": "起算", "en": "Since"},
    "due": {"zh": "期限", "en": "Due"},
    "basis": {"zh": "依据", "en": "Under"},
    "step": {"zh": "环节", "en": "Step"},
    "line-role": {"zh": "您的身份：{role}。", "en": "You are told of this as {role}."},
    "unknown-officer": {
        "zh": "责任人尚未确定或已离岗，由您代为查明处理。",
        "en": "Nobody is known to owe it, or who did has left: you stand in.",
    },
    "vacant": {
        "zh": "{role}一职空缺，由您代为处理。",
        "en": "There is no {role}; you are told in their place.",
    },
    "more": {"zh": "共 {total} 项，此处只列出最紧急的。", "en": "{total} in all; only the most urgent are shown here."},
    "open": {"zh": "查看全部并办理", "en": "See all and act"},
    "look": {"zh": "查看详情", "en": "Look into it"},
    "number": {
        "zh": "通知编号 {number}；重复收到同一编号时，以一次为准。",
        "en": "Notice {number}; if it comes twice, once counts.",
    },
    "alert": {"zh": "运行告警", "en": "Service alert"},
    "at": {"zh": "{at}（{zone}）", "en": "{at} ({zone})"},
    "trouble-since": {"zh": "自 {at}（{zone}）起", "en": "Since {at} ({zone})"},
    "about": {"zh": "对象", "en": "About"},
    "disposal-list": {"zh": "销毁清册", "en": "Disposal list"},
    "disposal-terms": {"zh": "将到期的资料", "en": "Footage whose term ends"},
    "disposal-until": {"zh": "最迟 {day} 期满", "en": "no later than {day}"},
    "disposal-grace": {"zh": "等待期至", "en": "Can be restored until"},
    "disposal-silence": {
        "zh": "逾期不视为同意；未经办理，清册中的资料不会销毁。",
        "en": "Silence approves nothing; nothing on the list is destroyed before.",
    },
    "disposal-open": {"zh": "登录查看", "en": "Sign in and look"},
    "conversion": {"zh": "证据转换", "en": "Evidence conversion"},
    "conversion-silence": {
        "zh": "逾期不视为同意；未经复核和签发，证据材料不会发出。",
        "en": "Silence signs nothing; no package goes out unchecked and unsigned.",
    },
    "conversion-since": {"zh": "更新", "en": "As of"},
    "access-waits": {"zh": "调阅申请待您审批", "en": "A request for access waits for your decision"},
    "access-request": {"zh": "调阅申请", "en": "Access request"},
    "access-until": {"zh": "请于{at}前审批", "en": "Decide by {at}"},
    "access-soon": {"zh": "规定期限", "en": "the time the rules set"},
    "access-by": {"zh": "申请人", "en": "Requested by"},
    "access-unit": {"zh": "资料所属单位", "en": "Footage of"},
    "access-recordings": {"zh": "资料数量", "en": "Recordings"},
    "access-since": {"zh": "提交审批", "en": "Handed in"},
    "access-do": {"zh": "请登录后查看用途并作出决定。", "en": "Sign in, see what it is for, and decide."},
    "access-silence": {"zh": "沉默不视为同意。", "en": "Silence approves nothing."},
    "access-decide": {"zh": "登录审批", "en": "Sign in and decide"},
    "access-now": {"zh": "调阅申请 {request} {state}", "en": "Access request {request}: {state}"},
    "access-look": {"zh": "请登录查看理由和授权条件。", "en": "Sign in to see the reasons and the terms."},
    "access-answer": {
        "zh": "请登录回答审批人的问题后重新提交；在此之前不予审批。",
        "en": "Sign in, answer the question and hand it in again; until then nobody decides.",
    },
    "access-open": {"zh": "登录查看", "en": "Sign in and look"},
    "account-by": {"zh": "办理人", "en": "Done by"},
    "account-do": {
        "zh": "如果您对此并不知情，请立即告知本单位执法记录仪管理员和主要领导，并停用您的登录。",
        "en": "If you know nothing of this, tell the device administrator and the head of your unit at once, and have "
        "your way in ended.",
    },
    "activity": {"zh": "执法活动", "en": "Activity"},
    "began": {"zh": "开始", "en": "Began"},
    "unseen": {"zh": "待审阅的中断说明 {count} 份", "en": "reports to be seen: {count}"},
    "undecided": {"zh": "待审核的工作记录 {count} 份", "en": "exemptions to be reviewed: {count}"},
    "trial": {"zh": "测试通知", "en": "Test notice"},
    "trial-text": {"zh": "通知渠道工作正常，无需处理。", "en": "This channel works; there is nothing to do."},
    "minutes": {"zh": "{count} 分钟", "en": "{count} minutes"},
    "hours": {"zh": "{count} 小时", "en": "{count} hours"},
    "days": {"zh": "{count} 天", "en": "{count} days"},
    "minute": {"zh": "1 分钟", "en": "1 minute"},
    "hour": {"zh": "1 小时", "en": "1 hour"},
    "day": {"zh": "1 天", "en": "1 day"},
    "moment": {"zh": "不到 1 分钟", "en": "less than a minute"},
}
"""Everything else; what stands in braces is filled in."""
