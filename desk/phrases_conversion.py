"""What the pages of evidence conversion say, and its English (Art. 19)."""

from __future__ import annotations

from collections.abc import Mapping

CONVERSION: Mapping[str, str] = {
    "证据转换": "Evidence",
    "第十九条": "Art. 19",
    "我的转换": "Mine",
    "转换登记簿": "Register of conversions",
    "待您办理的转换": "Waiting for you",
    "我参与的转换": "Yours",
    "您还没有参与证据转换。": "You do not take part in any conversion yet.",
    "新的证据转换": "New evidence conversion",
    "选择准予复制的授权：": "Choose a grant that allows copies:",
    "您目前没有准予复制的有效授权。请先申请调阅，并申请复制。": (
        "You have no live grant that allows copies. Ask for access first, copies included."
    ),
    "使用原来的授权": "Use the same grant",
    "转换为证据": "Turn into evidence",
    "已退回，待修改": "sent back, to be changed",
    "更正 {number}": "Correct {number}",
    "修改 {number}": "Change {number}",
    # the form
    "依据授权": "Under",
    "该授权已经失效，请重新申请调阅。": "This grant is over: ask for access again.",
    "该授权只准查看，不准复制，不能转换。": "This grant is for viewing only: nothing can be converted under it.",
    "案件": "Case",
    "案件编号": "Case number",
    "案由": "Cause",
    "更正原因": "Why it is corrected",
    "资料和证明对象": "Recordings, and what they prove",
    "勾选要转换的资料，写明每条资料证明什么。原件逐字节复制；片段不重新编码。": (
        "Tick what is to be converted, and say what each proves. Originals are copied to the byte; "
        "clips are not encoded anew."
    ),
    "共同的证明对象": "What they prove together",
    "没有单独填写证明对象的资料，适用这里的内容。": "It holds for every recording of which nothing else is said.",
    "该授权没有可以转换的资料。": "There is nothing to convert under this grant.",
    "转换这条资料": "Convert this recording",
    "授权部分": "Granted",
    "证明对象": "Proves",
    "提交原件": "Hand out the original",
    "是": "Yes",
    "否，只提交片段": "No, only a part of it",
    "不填为全部。写秒数或者分:秒，例如 90 或者 1:30。": "Empty: all of it. In seconds or minutes: 90 or 1:30.",
    "声音、画面、保护性副本（可选）": "Sound, stills, protected copy (optional)",
    "另附声音（WAV）": "Its sound as well (WAV)",
    "截取画面（时间点）": "Stills at",
    "消音时段": "Mute from–to",
    "遮挡画面": "Cover in the picture",
    "每行一处：起-止:左,上,宽,高。位置是占画面宽和高的比例，0.5 为一半；左上角为 0,0。": (
        "One to a line: from-to:left,top,width,height. In fractions of the picture's width and height, 0.5 is half of "
        "it; the upper left corner is 0,0."
    ),
    "消音和遮挡只用于另制的保护性副本，原件和片段不作改动。": (
        "This makes a protected copy beside the original and the clip, which stay as they are."
    ),
    "再取一段": "Another part of it",
    "人员和载体": "People and medium",
    "提取人": "Extractor",
    "复核人": "Checker",
    "签发人": "Signatory",
    "提取人（执法证号）": "Extractor (certificate number)",
    "复核人（执法证号）": "Checker (certificate number)",
    "复核人须为申请人、提取人以外的在职人员。": "Somebody in office who neither asks nor extracts.",
    "载体": "Medium",
    "份数": "Copies",
    "{count} 份": "{count} copies",
    "最多 {most} 份。": "At most {most}.",
    "保存草稿": "Save the draft",
    "保存并提交": "Save and hand in",
    "提交后由提取人提取、复核人复核、部门负责人签发。": (
        "Once handed in, the extractor takes it out, the checker checks it, and the head of the department signs it."
    ),
    # one conversion
    "已收回": "recalled",
    "本件已更正，以此为准：": "This was corrected; what counts is ",
    "没有制作成功，已退回": "It could not be made and was sent back",
    "案件和人员": "Case and people",
    "签发时间": "Issued",
    "更正的转换": "Corrects",
    "另有更正": "Corrected by",
    "尚未提交。": "Not handed in yet.",
    "内容摘要": "content",
    "第 {edition} 稿": "edition {edition}",
    "暂无人可以签发，待任命后继续。": "Nobody can sign for now; it goes on with the next appointment.",
    "系统正在处理，完成后通知下一环节。": "The system is at work; whoever is next will be told.",
    "附文字说明还缺": "The statement does not say yet",
    "纸质文件无法显示的字符": "Characters that no paper can show",
    "签发之前请改用其他写法；姓名、单位名称等确需使用的生僻字，请系统管理员加装字体。": (
        "Write them in another way before it is signed; where a name needs one, have a font that has it added."
    ),
    "不补齐不能复核和签发。": "It can be neither checked nor signed before.",
    "提交": "Hand it in",
    "修改": "Change",
    "确认提取": "Confirm the extraction",
    "提取情况说明": "How it is extracted",
    "您是提取人。确认后记为提取时间，系统从保管库读取原件并制作所列内容。": (
        "You are the extractor. This moment becomes the time of extraction; the system then reads the originals from "
        "the vault and makes what is listed."
    ),
    "复核意见": "What you found",
    "您是复核人。请核对所列内容与原件、与申请一致，附文字说明完整无误。": (
        "You are the checker. Compare what was made with the originals and with what was asked for, and read the "
        "statement."
    ),
    "签发意见": "Your reason",
    "签发后封装证据包并登记，资料按案卷期限保存。": (
        "Once signed, the package is put together and registered; the footage is kept as long as the case file."
    ),
    "附文字说明草稿（PDF）": "Draft of the statement (PDF)",
    "必填，记入登记簿；退回的请写明原因。": "Required, and entered in the register; say why, if it goes back.",
    "退回申请人": "Send it back",
    "补发": "More copies",
    "补发同一证据包，内容不变。": "The same package once more; nothing in it changes.",
    "同意补发": "Allow them",
    "收回": "Recall",
    "收回后该证据包不再有效，不能恢复；已交付的载体须另行收回。": (
        "The package does not count any more, for good. Media that were handed out have to be asked back."
    ),
    "收回证据包": "Recall the package",
    "内容有误的，另办一件证据转换更正；新的签发后，本件不再有效。": (
        "If something in it is wrong, another conversion corrects it; once that is issued, this one does not count."
    ),
    "办理更正": "Issue a correction",
    "撤回本件": "Withdraw this conversion",
    "撤回后不能恢复，可以另行申请。": "It cannot be taken up again; another can be asked for.",
    # what was made
    "原件": "Original",
    "逐字节复制": "copied to the byte",
    "要求": "asked",
    "实际": "is",
    "第 {second} 秒": "second {second}",
    "未制作": "Not made",
    "{count} 个媒体流，内容与原件逐包一致": "{count} streams, packet by packet as in the original",
    "消音": "muted",
    "文字记录": "In writing",
    "已确认": "confirmed",
    "未经人确认": "confirmed by nobody yet",
    "没有": "none",
    "填写": "write",
    "查看记录内容": "read",
    # statement and media
    "附文字说明": "Statement",
    "英文译本 PDF": "English PDF",
    "公开核验页": "Public page to verify it",
    "草稿按目前的登记内容生成，签发前供核对。": "Drawn up from what is entered now, to be read before it is signed.",
    "证据包载体": "Media of the package",
    "标签清单": "Tag manifest",
    "映像文件": "Image file",
    "下载映像文件": "Download the image",
    "下载压缩包": "Download the ZIP",
    "校验值": "Its digest",
    "标签 PDF": "Label PDF",
    "文件夹由执法记录仪管理员复制到移动存储介质。": "The device administrator copies the folder onto the medium.",
    "第 {copy} 份": "copy {copy}",
    "核验一致": "read back, as issued",
    "核验不符": "read back, not as issued",
    "尚未读回核验。": "Not read back yet.",
    "附文字说明尚不完整，不能生成": "The statement is not whole yet",
    "请补齐以下内容：": "What is missing:",
    "返回": "Back",
    # transcripts
    "声音内容的文字记录": "What is said, in writing",
    "已有的记录": "As entered",
    "还没有文字记录。": "Nothing is written down yet.",
    "请对照声音逐行核对；有误的在右侧或者下方改正后保存。": (
        "Compare it with the sound, line by line; put right what is wrong in the form and save it."
    ),
    "与声音一致，确认": "It is what is heard: confirm",
    "声音中没有可记录的语言内容。": "Nothing in the sound can be written down.",
    "填写或者粘贴": "Write or paste",
    "每行写作：起-止 | 发言人 | 内容。": "One to a line: from-to | speaker | what is said.",
    "也可以粘贴 SRT、WebVTT 或者 JSON。": "SRT, WebVTT or JSON can be pasted as well.",
    "由机器识别产生，须经人确认": "A machine made it; somebody has to confirm it",
    "没有可记录的语言内容": "Nothing in it can be written down",
    # the register
    "编号、案件、案由或者申请人": "Number, case, cause or requester",
    "资料条数": "Recordings of it",
    "介质核验": "Read back",
    "{good} / {all} 已核验": "{good} of {all} read back",
    "{good} / {all} 已核验，{bad} 不符": "{good} of {all} read back, {bad} not as issued",
    # the public page
    "证据包核验": "Verify an evidence package",
    "执法音像资料证据包核验": "Verify a package of enforcement footage",
    "该证据包由{unit}于 {at} 签发，目前有效。": "Issued by {unit} on {at}. It is in force.",
    "该证据包已被更正，不再有效。": "This package was corrected and does not count any more.",
    "以此为准：": "What counts is ",
    "该证据包已被签发单位收回，不再有效。": "Its unit has recalled this package: it does not count any more.",
    "一致：这是本证据包的": "It agrees. In this package it is",
    "但该证据包已不再有效。": "But the package does not count any more.",
    "这不是 SHA-256：应为 64 位十六进制字符。": "This is no SHA-256: that has 64 hexadecimal characters.",
    "没有找到：这不是本证据包登记的载体、说明或者资料。包内其他文件请用 manifest-sha256.txt 核对。": (
        "Not found: it is neither a medium, nor the statement, nor a recording of this package as registered. "
        "Check its other files by manifest-sha256.txt."
    ),
    "输入文件的 SHA-256": "SHA-256 of a file",
    "核对": "Compare",
    "登记的内容": "As registered",
    "签发单位": "Issued by",
    "签名公钥编号": "Key",
    "载体 {number}：标签清单 SHA-256": "Medium {number}: SHA-256 of its tag manifest",
    "载体 {number}：映像文件 SHA-256": "Medium {number}: SHA-256 of its image file",
    "打开载体，运行其中的核验程序；不需要联网，也不需要安装其他软件：": (
        "Open the medium and run the program on it; it needs no network and nothing else installed:"
    ),
    "没有 Python 时，用系统自带的命令核对清单：": "Without Python, commands of the system check the lists:",
    "计算 tagmanifest-sha256.txt 或者映像文件的 SHA-256，粘贴到上面的框中核对。": (
        "Work out the SHA-256 of tagmanifest-sha256.txt or of the image file, and paste it into the field above."
    ),
    "载体的标签清单 tagmanifest-sha256.txt": "the tag manifest of a medium, tagmanifest-sha256.txt",
    "载体的校验清单": "the list of digests beside its signature",
    "载体的映像文件": "the image file of a medium",
    "附文字说明（PDF）": "the statement (PDF)",
    "附文字说明（英文译本）": "the statement (English translation)",
    "附文字说明 statement.json": "the statement, statement.json",
    "资料或者附件": "a recording or an attachment",
    "证据包的文件已按期清理": "The files of the package were removed when their time was over",
    "需要补发的，另办一件证据转换更正本件。": "For more copies convert anew, as a correction of this one.",
    # what was made, to be looked at
    "遮挡": "covered",
    "距左 {x}，距上 {y}，宽 {width}，高 {height}": (
        "from the left {x}, from the top {y}, width {width}, height {height}"
    ),
    "每次查看均登记": "each look is on record",
    "浏览器不能直接显示此类文件，请用本机播放器核对，核对后删除。": (
        "A browser does not show this kind of file: check it with a player of this machine, then delete it."
    ),
    "本次查看已登记：查看人、时间、所看的内容。不得翻拍、截留、拷贝。": (
        "This look is on record: who, when, what. Take no pictures of it, keep nothing, copy nothing."
    ),
    "返回证据转换": "Back to the conversion",
}
