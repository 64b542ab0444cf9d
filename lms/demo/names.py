"""Names for people who do not exist, drawn from those that are common in Libya."""

from dataclasses import dataclass
from random import Random

_WOMEN = (
    "فاطمة Fatima|عائشة Aisha|خديجة Khadija|مريم Maryam|زينب Zaynab|آمنة Amna|سالمة Salma|هدى Huda|"
    "نجاة Najat|سعاد Suad|أسماء Asma|إيمان Iman|ابتسام Ibtisam|حنان Hanan|رحاب Rihab|سارة Sara|"
    "شيماء Shayma|عبير Abir|غزالة Ghazala|فوزية Fawziya|كريمة Karima|لبنى Lubna|مبروكة Mabruka|"
    "نادية Nadia|هاجر Hajar|وفاء Wafa|ياسمين Yasmin|انتصار Intisar|تهاني Tahani|حليمة Halima|"
    "ربيعة Rabia|سهام Siham|صفاء Safa|عواطف Awatif|منى Muna|نورا Nura"
)
_MEN = (
    "محمد Mohamed|أحمد Ahmed|علي Ali|عمر Omar|خالد Khaled|مصطفى Mustafa|عبد السلام Abdussalam|"
    "سالم Salem|إبراهيم Ibrahim|يوسف Yousef|فرج Faraj|مفتاح Miftah|رمضان Ramadan|عبد الله Abdullah|"
    "صلاح Salah|طارق Tarek|نوري Nuri|بشير Bashir|الصادق Al-Sadiq|عبد الرحمن Abdurrahman|حسن Hasan|"
    "حسين Husayn|جمال Jamal|موسى Musa|عيسى Issa|ميلاد Milad|الهادي Al-Hadi|عماد Imad|وليد Walid|"
    "أيوب Ayoub|هشام Hisham|أنور Anwar|فتحي Fathi|سعيد Said|أكرم Akram|زكريا Zakariya"
)
_FAMILIES = (
    "القماطي Al-Gmati|الزنتاني Al-Zintani|المصراتي Al-Misrati|الورفلي Al-Warfalli|"
    "الترهوني Al-Tarhuni|الفيتوري Al-Fituri|البرعصي Al-Barasi|العبيدي Al-Obeidi|المغربي Al-Maghrabi|"
    "الدرسي Al-Dirsi|العريبي Al-Oraibi|التباوي Al-Tabawi|الأنصاري Al-Ansari|المقرحي Al-Magarhi|"
    "الحضيري Al-Hudairi|الزوي Al-Zwai|الككلي Al-Kikli|بن عامر Ben Amer|الشريف Al-Sharif|"
    "الغرياني Al-Ghariani|النعاس Al-Naas|بوشناف Bushnaf|الحاسي Al-Hasi|العقوري Al-Agouri|"
    "الطالب Al-Talib|الجهاني Al-Jahani|الرقيعي Al-Ragiy|سويسي Swesi|الزليتني Al-Zliteni|"
    "الخمسي Al-Khomsi|النايلي Al-Naili|القبائلي Al-Qabaili"
)


@dataclass(frozen=True, slots=True)
class Name:
    ar: str
    en: str


def _pairs(source: str) -> list[Name]:
    pairs = []
    for entry in source.split("|"):
        at = next(i for i, letter in enumerate(entry) if letter.isascii() and letter.isalpha())
        pairs.append(Name(entry[:at].strip(), entry[at:].strip()))
    return pairs


WOMEN, MEN, FAMILIES = _pairs(_WOMEN), _pairs(_MEN), _pairs(_FAMILIES)


def draw_name(random: Random, *, is_woman: bool) -> Name:
    """Own name, father's name, family name."""
    parts = (random.choice(WOMEN if is_woman else MEN), random.choice(MEN), random.choice(FAMILIES))
    return Name(" ".join(part.ar for part in parts), " ".join(part.en for part in parts))
