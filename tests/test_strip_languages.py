"""Notices in English, Japanese, Korean and German: what goes on a site's page, what stays in a report."""

from __future__ import annotations

import pytest

from ingest.document import Document
from ingest.strip import grammar, vocabulary
from ingest.strip.languages import languages
from ingest.strip.passes import strip

REPORTS = {
    "ja": (
        "青葉川の水量は夏に減り、秋に戻る。三年間の記録を別表に示した。",
        "利用者へのダウンロード調査では、会員登録をした人の三割が資料を読んでいた。",
        "著作権の扱いについては、村の図書館が来年度に方針を定める予定である。",
    ),
    "ko": (
        "푸른내의 물은 여름에 줄고 가을에 다시 늘었다. 세 해의 기록을 표에 실었다.",
        "자료를 다운로드한 주민 가운데 회원가입을 마친 사람은 삼 할이었다.",
        "저작권 문제는 마을 도서관이 내년에 방침을 정하기로 했다.",
    ),
    "de": (
        "Der Pegel des Grünbachs fiel im Sommer und stieg im Herbst wieder an.",
        "Von den Befragten, die Dokumente herunterladen, hat sich ein Drittel registriert.",
        "Über das Urheberrecht an den Karten entscheidet der Gemeinderat im Frühjahr.",
    ),
    "en": (
        "The level of the Green Brook fell in summer and rose again in autumn.",
        "Of those asked who download documents, a third has registered with the library.",
        "The council decides on the copyright of the maps in spring, on behalf of the parish.",
    ),
}
FRAMES = {
    "ja": (
        ("ログイン | 会員登録 | カート | ヘルプ", "資料をダウンロードする", "ダウンロード数：48"),
        (
            "続きを読むには会員登録が必要です",
            "当サイトの資料の著作権は投稿者に帰属します。無断転載はご遠慮ください。",
            "お気に入りに追加",
            "利用規約 | プライバシーポリシー | お問い合わせ | 運営会社",
        ),
    ),
    "ko": (
        ("로그인 | 회원가입 | 장바구니 | 고객센터", "자료 다운로드", "조회수: 310"),
        (
            "전체 내용을 보시려면 로그인하세요",
            "본 자료의 저작권은 등록자에게 있으며 당사는 책임지지 않습니다.",
            "장바구니 담기",
            "회사소개 | 이용약관 | 개인정보처리방침 | 고객센터",
        ),
    ),
    "de": (
        ("Anmelden | Registrieren | Warenkorb | Hilfe", "Jetzt herunterladen", "310 Aufrufe"),
        (
            "Bitte melden Sie sich an, um weiterzulesen",
            "Wir übernehmen keine Haftung für Dokumente, die von Nutzern hochgeladen wurden.",
            "In den Warenkorb",
            "Impressum | Datenschutz | AGB | Kontakt",
        ),
    ),
    "en": (
        ("Log in | Sign up | Cart | Help", "Download PDF", "Views: 310"),
        (
            "Sign in to download this document",
            "All documents are uploaded by users. If you own the copyright, contact us and we will remove it.",
            "Add to my list",
            "Terms of use | Privacy policy | Cookie settings | Contact",
        ),
    ),
}
# Lines that stand at the ends of reports and guides, and speak of what sites do.
ENDS = {
    "ja": ("ログインと認証", "ダウンロードの手順", "著作権について", "2. 会員登録の状況", "目次"),
    "ko": ("로그인과 인증", "다운로드 절차", "저작권에 대하여", "2. 회원가입 현황", "차례"),
    "de": (
        "Anmeldung und Zugang",
        "Herunterladen der Karten",
        "Zum Urheberrecht",
        "2. Datenschutz",
    ),
    "en": (
        "Login and access",
        "How maps are downloaded",
        "On the copyright of plans",
        "2. Accounts of members",
        "Document version: 3",
        "Reliability of the pumps",
        "It costs nothing and nobody has to sign up for anything.",
    ),
}


@pytest.mark.parametrize("language", REPORTS)
@pytest.mark.parametrize("level", ["sure", "likely"])
def test_the_notices_go_and_the_report_stays(language: str, level: str) -> None:
    head, tail = FRAMES[language]
    report = REPORTS[language]
    text = "\n".join([*head, "", *report, "", *tail]) + "\n"
    left = strip(Document.from_text(text), level).text.split("\n")  # type: ignore[arg-type]
    assert [line for line in left if line] == list(report)


@pytest.mark.parametrize("language", REPORTS)
@pytest.mark.parametrize("level", ["sure", "likely"])
def test_a_report_about_sites_stays(language: str, level: str) -> None:
    report, ends = REPORTS[language], ENDS[language]
    for lines in (report, (*ends, *report), (*report, *ends), (*ends, *report, *ends)):
        for between in ("\n", "\n\n"):
            text = between.join(lines) + "\n"
            assert strip(Document.from_text(text), level).text == text  # type: ignore[arg-type]


@pytest.mark.parametrize("language", languages(), ids=lambda one: one.name)
def test_words_of_a_table_in_ordinary_sentences_prove_nothing(language: object) -> None:
    carriers = {
        "ja": "村の会議では{}という言葉が三度使われ、議事録に残った。",
        "ko": "마을 회의에서 {} 이야기가 세 번 나왔고 회의록에 남았다.",
        "en": "The minutes of the parish have the word {} three times.",
        "de": "Im Protokoll der Gemeinde steht das Wort {} dreimal.",
    }
    words = sorted(language.words)  # type: ignore[attr-defined]
    if language.name == "en":  # type: ignore[attr-defined]
        words = sorted(vocabulary.words().alphabetic[0][0])
    carrier = carriers[language.name]  # type: ignore[attr-defined]
    for at in range(0, len(words), 12):
        text = "\n".join(carrier.format(word) for word in words[at : at + 12]) + "\n"
        assert strip(Document.from_text(text), "likely").text == text


@pytest.mark.parametrize("language", languages(), ids=lambda one: one.name)
def test_signs_of_a_table_say_what_signs_say(language: object) -> None:
    said = {sign.says for sign in grammar.signs() if not sign.script}
    own = {row["id"] for row in language.signs}  # type: ignore[attr-defined]
    assert all(one.endswith(f".{language.name}") for one in own)  # type: ignore[attr-defined]
    assert {one.partition(".")[0] for one in own} <= said
