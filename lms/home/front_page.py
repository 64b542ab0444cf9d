"""The first text of the home page in both languages; editors change it in the administration."""

FRONT_PAGE = {
    "ar": {
        "title": "مراقبون مؤهَّلون، وشهاداتٌ يتحقق منها الجميع",
        "slug": "home",
        "lead": (
            "سند منصة تدرّب المراقبين طويلي الأمد للانتخابات وتمتحنهم وتعتمدهم، وتتيح لكل من تُعرض عليه "
            "شهادة أن يتحقق منها ومن السلسلة التي انتقلت بها المعرفة إلى حاملها."
        ),
        "about_title": "ما هو سند؟",
        "about": (
            "<p>السند في العربية صكٌّ يُعتمد عليه، وهو أيضًا السلسلة التي تنتقل بها المعرفة من معلّم إلى "
            "متعلّم. ومن هذين المعنيين أخذت المنصة اسمها: مدربون رئيسيون يدرّبون المراقبين في بلدياتهم، "
            "وتبقى كل حلقة من السلسلة معلومة: من درّب من، وأين، ومتى، وبأي نسخة من المواد.</p>"
            "<h3>للمتدرب</h3>"
            "<p>دروس قصيرة بالعربية والإنجليزية تُقرأ على هاتف بسيط واتصال ضعيف، وتدريب حضوري، وامتحان "
            "اعتماد، ثم شهادة تحمل رمزًا يمكن مسحه.</p>"
            "<h3>لمن تُعرض عليه الشهادة</h3>"
            "<p>رئيس مركز الاقتراع ورجل الأمن والصحفي والمواطن: يمسح الرمز أو يكتب رقمه فيعرف في الحال "
            "أسارية الشهادة أم ملغاة، ومن درّب حاملها، وهل كان المدرب معتمدًا يومها.</p>"
            "<h3>للجميع</h3>"
            "<p>لا تنحاز المنصة إلى أحد. كل شهادة تصدر أو تُلغى تُقيَّد في سجل لا يُحذف منه شيء، ويمكن "
            "لأي جهة مستقلة أن تراجعه دون أن تضطر إلى الثقة بالخادم.</p>"
        ),
    },
    "en": {
        "title": "Qualified observers, certificates anyone can verify",
        "slug": "home-en",
        "lead": (
            "Sanad trains, examines and certifies long-term election observers, and lets everyone who is "
            "shown a certificate check it together with the chain along which its holder was taught."
        ),
        "about_title": "What is Sanad?",
        "about": (
            "<p>In Arabic a sanad is a deed one can rely on, and also the chain along which knowledge "
            "passes from teacher to learner. The platform takes its name from both: master trainers train "
            "the observers of their municipalities, and every link of the chain stays known: who trained "
            "whom, where, when, and with which version of the materials.</p>"
            "<h3>For trainees</h3>"
            "<p>Short lessons in Arabic and English that read well on a simple phone with a weak signal, "
            "training in person, a certification exam, and then a certificate with a code to scan.</p>"
            "<h3>For those who are shown a certificate</h3>"
            "<p>Heads of polling centres, police officers, journalists, citizens: scan the code or type "
            "its number, and know at once whether the certificate is valid or revoked, who trained its "
            "holder, and whether that trainer was certified on the day.</p>"
            "<h3>For everyone</h3>"
            "<p>The platform takes no side. Every certificate issued or revoked is entered in a register "
            "from which nothing is deleted, and which any independent body can audit without having to "
            "trust the server.</p>"
        ),
    },
}
