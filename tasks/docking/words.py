"""The words in which pages and tables speak to people: Chinese first, English beside it."""

from __future__ import annotations

STATES: dict[str, str] = {
    "stored": "已入库 stored",
    "duplicate": "重复，原件已在库 duplicate",
    "growing": "读取时仍在写入 still growing",
    "unreadable": "无法读取 unreadable",
    "not-a-file": "非普通文件 not a file",
    "mismatched": "校验不符 mismatch",
    "vanished": "已消失 vanished",
    "disposed": "已依法销毁，不再入库 disposed of",
    "found": "未处理 not taken in",
    "unprobed": "未检测 not probed",
    "whole": "完整 whole",
    "damaged": "损坏 damaged",
    "empty": "空文件 empty",
    "wrong-extension": "扩展名不符 wrong extension",
    "not-media": "非音像文件 not media",
    "pending": "待处理 pending",
    "filed": "已归档 filed",
    "unfiled": "待归档 unfiled",
    "asked": "待确认归属 asked",
}
"""Outcomes, conditions and filings by their values."""

FINDINGS: dict[str, str] = {
    "A2-not-media": "非音像文件，按原样保存",
    "A4-unfiled": "没有对应的执法活动，待归档",
    "A4-unknown-device": "记录仪未登记",
    "A4-unknown-officer": "无法确定执法人员",
    "A4-device-not-issued": "记录时该记录仪未配发",
    "A4-other-officer": "文件所示人员与记录仪领用人不符",
    "A6-other-unit": "记录仪属于其他单位",
    "A7-damaged": "记录不完整或已损坏",
    "A7-empty": "空文件",
    "A7-wrong-extension": "内容与扩展名不符",
    "A7-unreadable": "内容无法识别",
    "A7-unreadable-on-device": "设备无法读出该文件",
    "A7-growing": "读取时仍在写入，设备上的文件保留",
    "A7-mismatch": "保管库内容与读取内容不符",
    "A7-vanished": "读取前文件已消失",
    "A7-not-a-file": "链接、管道或设备文件，不予读取",
    "A7-duplicate": "内容重复，原件已在库",
    "A7-clock-offset": "记录仪时间不准",
    "A7-clock-ahead": "所示时间晚于入库时间",
    "A7-no-time": "无法确定记录时间",
    "A15-asked": "可能属于多个执法活动，须由人员确认",
    "A16-late": "超过规定时限入库",
    "A18-disposed": "内容已依法销毁，不再入库",
}
"""Findings by their codes, for tables that have no room for the sentence."""
