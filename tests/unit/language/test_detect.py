import pytest

from graphmem.language.detect import detect_language

TEXTS = {
    "en": "The old bridge over the river was closed for repairs, and nobody "
    "knew when it would open.",
    "de": "Die alte Brücke über den Fluss wurde wegen Reparaturen gesperrt und niemand "
    "wusste, wann sie wieder geöffnet wird.",
    "fr": "Le vieux pont sur la rivière est fermé pour des travaux et personne ne sait quand il "
    "sera ouvert.",
    "es": "El viejo puente sobre el río está cerrado por obras y nadie sabe cuándo se abrirá de "
    "nuevo.",
    "it": "Il vecchio ponte sul fiume è chiuso per lavori e nessuno sa quando sarà aperto di "
    "nuovo.",
    "pt": "A velha ponte sobre o rio está fechada para obras e ninguém sabe quando ela vai abrir.",
    "nl": "De oude brug over de rivier is gesloten voor reparaties en niemand weet wanneer hij "
    "weer open gaat.",
    "sv": "Den gamla bron över floden är stängd för reparationer och ingen vet när den ska öppna.",
    "pl": "Stary most na rzece jest zamknięty z powodu remontu i nikt nie wie, kiedy się otworzy.",
    "tr": "Nehrin üzerindeki eski köprü onarım için kapalı ve ne zaman açılacak bu henüz belli "
    "değil.",
    "id": "Jembatan tua di atas sungai itu ditutup untuk perbaikan dan tidak ada yang tahu kapan "
    "akan dibuka.",
    "cs": "Starý most přes řeku je uzavřen kvůli opravám a nikdo neví, kdy se znovu otevře, ale "
    "to je jedno.",
    "ru": "Старый мост через реку закрыт на ремонт, и никто не знает, когда он откроется.",
    "el": "Η παλιά γέφυρα πάνω από το ποτάμι είναι κλειστή για επισκευές.",
    "zh": "河上的老桥因维修而关闭，没有人知道什么时候会重新开放。",
    "ja": "川にかかる古い橋は修理のために閉鎖されており、いつ開くのか誰も知りません。",
    "ko": "강 위의 오래된 다리는 수리를 위해 폐쇄되었습니다.",
    "ar": "الجسر القديم فوق النهر مغلق للإصلاح ولا أحد يعرف متى سيفتح.",
    "he": "הגשר הישן מעל הנהר סגור לתיקונים ואיש אינו יודע מתי ייפתח.",
    "hi": "नदी पर पुराना पुल मरम्मत के लिए बंद है।",
    "th": "สะพานเก่าข้ามแม่น้ำปิดซ่อม",
}


@pytest.mark.parametrize("code", TEXTS)
def test_tells_a_language_from_one_sentence(code: str) -> None:
    assert detect_language(TEXTS[code]) == code


@pytest.mark.parametrize(
    "text", ["Wow, cool!", "Thanks Anna!", "Caroline", "Ok", "See you in Paris", "LOL so funny"]
)
def test_takes_short_latin_chat_for_english(text: str) -> None:
    assert detect_language(text) == "en"


@pytest.mark.parametrize("text", ["", "  \n", "12.5 %", "😀😀", "---"])
def test_cannot_tell_without_letters(text: str) -> None:
    assert detect_language(text) is None


def test_a_foreign_name_does_not_make_english_foreign() -> None:
    text = (
        "The film Der Untergang was directed by Oliver Hirschbiegel and shot in Saint Petersburg."
    )
    assert detect_language(text) == "en"
