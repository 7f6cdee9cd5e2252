"""README.txt of a package: for a court's clerk who has never seen one, Chinese first, then English (Art. 19).

UTF-8 with a byte order mark and CRLF: Notepad of every Windows shows Chinese right only with the mark, and before 2018
broke lines at CRLF only; Linux and macOS show neither.
"""

from __future__ import annotations

from dataclasses import dataclass

README, VERIFIER = "README.txt", "verify.py"
_OPENSSL = (
    "openssl pkeyutl -verify -pubin -inkey signature/public-key.pem -rawin -in tagmanifest-sha256.txt "
    "-sigfile signature/tagmanifest-sha256.txt.sig"
)
_STAMP = (
    "openssl ts -verify -data tagmanifest-sha256.txt -in signature/tagmanifest-sha256.txt.tsr "
    "-CAfile signature/authority.pem"
)

_ZH = """\
执法音像资料证据包
编号：{number}　　制作单位：{organization}
本载体：第 {disc} 件，共 {discs} 件　　签名密钥标识：{key_id}

一、内容
  data/statement/   证据说明（附文字说明）；请先阅读
  data/             录像、录音、照片的原始文件及其片段，以及逐条的保管记录
  data/index.csv    全部文件清单：大小、SHA-256、在第几件（可用 Excel 或 WPS 打开）
  manifest-*.txt    data 内每个文件的摘要；tagmanifest-*.txt 为其余文件的摘要
  signature/        对上述清单的数字签名、公钥{stamp_zh}
  verify.py         核验程序，单个文件，可阅读

二、最简单的核验（需 Python 3.9 以上，不联网）
  在本文件所在文件夹打开命令行，执行：
      python3 verify.py .
  末行为 SOUND 即完好；为 WRONG 即有问题，以 ✗ 开头的行指出何处。
  核验程序也可从制作单位另行取得，不必使用本载体所附的一份。

三、不用本程序的核验
  Linux、macOS：
      sha256sum -c --strict manifest-sha256.txt
      sha256sum -c --strict tagmanifest-sha256.txt signature/SHA256SUMS
      {openssl}
{stamp_command}  Windows（单个文件，结果与 manifest-sha256.txt 中的一行比较）：
      certutil -hashfile "data\\index.csv" SHA256
      或用 7-Zip：右键单击文件，CRC SHA → SHA-256
  签名核验依赖公钥的真实性：请向制作单位核对密钥标识 {key_id}。

四、请勿在本载体或其副本中增删、改名、改写文件；需要编辑时请先复制到别处。
"""
_EN = """\
Evidence package of law enforcement footage
Number: {number}      Made by: {organization}
This medium: {disc} of {discs}      Signing key: {key_id}

1. What is where
  data/statement/   the statement on the evidence; read it first
  data/             recordings and photographs as they were taken, parts of them, and the custody record of each
  data/index.csv    all files with size, SHA-256 and disc
  manifest-*.txt    digests of every file in data; tagmanifest-*.txt those of the other files
  signature/        the digital signature over these lists, the public key{stamp_en}
  verify.py         the program that checks all this; one file, made to be read

2. The easiest check (Python 3.9 or newer, no network)
  Open a command line in the folder of this file and run:
      python3 verify.py .
  The last line says SOUND when all is well and WRONG when not; lines that begin with ✗ say where.
  You may get the program from the issuing unit instead of using the copy that lies here.

3. Checking without it
  Linux, macOS:
      sha256sum -c --strict manifest-sha256.txt
      sha256sum -c --strict tagmanifest-sha256.txt signature/SHA256SUMS
      {openssl}
{stamp_command}  Windows (one file; compare with its line in manifest-sha256.txt):
      certutil -hashfile "data\\index.csv" SHA256
      or with 7-Zip: right click on a file, CRC SHA, SHA-256
  A signature is worth what the key is: compare the key's name {key_id} with the one that the unit publishes.

4. Add, remove, rename or change nothing on this medium or in a copy of it; to edit a file, copy it elsewhere first.
"""


@dataclass(frozen=True, slots=True)
class Told:
    """What a README is about."""

    number: str
    organization: str
    disc: int
    discs: int
    key_id: str
    is_stamped: bool
    has_certificates: bool


def readme(told: Told) -> bytes:
    """The text of README.txt."""
    stamp = f"      {_STAMP}\n" if told.has_certificates else ""
    values = {
        "number": told.number,
        "organization": told.organization,
        "disc": told.disc,
        "discs": told.discs,
        "key_id": told.key_id,
        "openssl": _OPENSSL,
        "stamp_command": stamp,
        "stamp_zh": "、可信时间戳" if told.is_stamped else "",
        "stamp_en": ", a timestamp" if told.is_stamped else "",
    }
    text = f"{_ZH.format(**values)}\n{'-' * 78}\n\n{_EN.format(**values)}"
    return text.replace("\n", "\r\n").encode("utf-8-sig")
