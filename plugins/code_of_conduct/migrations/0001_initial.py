import django.core.validators
import django.db.models.deletion
import lms.api
import modelcluster.fields
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('people', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Code',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name_ar', models.CharField(max_length=200, verbose_name='name in Arabic')),
                ('name_en', models.CharField(max_length=200, verbose_name='name in English')),
                ('key', models.CharField(help_text='Stands in the register and in every endorsement; it cannot change once published.', max_length=32, unique=True, validators=[django.core.validators.RegexValidator('^[a-z0-9][a-z0-9-]{0,31}\\Z', 'Use up to 32 small Latin letters, digits and hyphens.')], verbose_name='key of the code')),
                ('is_main', models.BooleanField(default=True, help_text='The public pages show this code, and certificates that require the code require this one.', verbose_name='the code of the public pages')),
            ],
            options={
                'verbose_name': 'code of conduct',
                'verbose_name_plural': 'codes of conduct',
                'ordering': ['key'],
                'permissions': [('publish_code', 'Can publish a version of a code')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('is_main', True)), fields=('is_main',), name='code_one_main', violation_error_message='Another code is shown on the public pages.')],
            },
        ),
        migrations.CreateModel(
            name='CodeVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=lms.api.new_public_id, editable=False, unique=True, verbose_name='public id')),
                ('statement', models.TextField(blank=True, editable=False, verbose_name='statement')),
                ('statement_sha256', models.CharField(editable=False, max_length=64, verbose_name='SHA-256 of the statement')),
                ('register_index', models.PositiveBigIntegerField(blank=True, editable=False, null=True, unique=True, verbose_name='register index')),
                ('kid', models.CharField(blank=True, editable=False, max_length=8, verbose_name='key of the seal')),
                ('seal', models.CharField(blank=True, editable=False, max_length=128, verbose_name='seal')),
                ('number', models.CharField(max_length=7, validators=[django.core.validators.RegexValidator('^\\d{1,3}\\.\\d{1,3}\\Z', 'Write the number as 1.0.')], verbose_name='number')),
                ('date', models.DateField(verbose_name='date')),
                ('change', models.CharField(choices=[('substantive', 'Substantive: everybody is asked to sign anew'), ('editorial', 'Editorial: the endorsements given stay valid')], default='substantive', max_length=12, verbose_name='kind of change')),
                ('round', models.PositiveSmallIntegerField(editable=False, help_text='Endorsements of one round stand for each other.', verbose_name='signing round')),
                ('text_ar', models.TextField(editable=False, verbose_name='text in Arabic')),
                ('text_en', models.TextField(editable=False, verbose_name='text in English')),
                ('sha256_ar', models.CharField(editable=False, max_length=64, verbose_name='SHA-256 of the Arabic text')),
                ('sha256_en', models.CharField(editable=False, max_length=64, verbose_name='SHA-256 of the English text')),
                ('published_at', models.DateTimeField(auto_now_add=True, verbose_name='published at')),
                ('code', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='code_of_conduct.code', verbose_name='code of conduct')),
                ('published_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='published by')),
            ],
            options={
                'verbose_name': 'version of the code',
                'verbose_name_plural': 'versions of the code',
                'ordering': ['-pk'],
                'constraints': [models.UniqueConstraint(fields=('code', 'number'), name='code_version_number_once')],
            },
        ),
        migrations.CreateModel(
            name='Endorsement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=lms.api.new_public_id, editable=False, unique=True, verbose_name='public id')),
                ('statement', models.TextField(blank=True, editable=False, verbose_name='statement')),
                ('statement_sha256', models.CharField(editable=False, max_length=64, verbose_name='SHA-256 of the statement')),
                ('register_index', models.PositiveBigIntegerField(blank=True, editable=False, null=True, unique=True, verbose_name='register index')),
                ('kid', models.CharField(blank=True, editable=False, max_length=8, verbose_name='key of the seal')),
                ('seal', models.CharField(blank=True, editable=False, max_length=128, verbose_name='seal')),
                ('submission', models.UUIDField(editable=False, help_text='The same form sent twice is one signature.', unique=True, verbose_name='number of the form')),
                ('kind', models.CharField(choices=[('person', 'Person'), ('body', 'Body')], max_length=6, verbose_name='person or body')),
                ('actor_key', models.CharField(editable=False, max_length=64, verbose_name='digest of the actor')),
                ('name', models.CharField(blank=True, max_length=200, verbose_name='name')),
                ('search_name', models.CharField(blank=True, db_index=True, editable=False, max_length=400)),
                ('sector', models.CharField(choices=[('political', 'Political'), ('security', 'Security'), ('social', 'Social'), ('civil', 'Civil')], max_length=12, verbose_name='sector')),
                ('role', models.CharField(choices=[('party', 'Political party or movement'), ('list', 'Electoral list'), ('candidate', 'Candidate'), ('agent', 'Agent of a candidate or list'), ('security_body', 'Body charged with securing elections'), ('security_member', 'Member of a security body'), ('social_council', 'Social council or council of elders'), ('notable', 'Notable or elder'), ('cso', 'Civil society organisation'), ('media_outlet', 'Media outlet'), ('observer', 'Election observer'), ('journalist', 'Journalist')], max_length=16, verbose_name='capacity')),
                ('signatory_name', models.CharField(blank=True, max_length=200, verbose_name='signatory')),
                ('signatory_title', models.CharField(blank=True, max_length=200, verbose_name='title of the signatory')),
                ('contact', models.EmailField(blank=True, max_length=254, verbose_name='e-mail for the receipt')),
                ('language', models.CharField(choices=[('ar', 'Arabic'), ('en', 'English')], max_length=2, verbose_name='language of reading')),
                ('tier', models.PositiveSmallIntegerField(choices=[(0, 'Declared by the signatory'), (1, 'Signed in with an account'), (2, 'Attested in person')], verbose_name='identity')),
                ('agreed_text', models.BooleanField(verbose_name='agreed to the text')),
                ('agreed_electronic', models.BooleanField(verbose_name='agreed to sign electronically')),
                ('agreed_publication', models.BooleanField(verbose_name='agreed to be published')),
                ('state', models.CharField(choices=[('pending', 'Awaiting review'), ('in_force', 'In force'), ('declined', 'Not accepted'), ('withdrawn', 'Withdrawn')], max_length=10, verbose_name='state')),
                ('signed_at', models.DateTimeField(verbose_name='signed at')),
                ('entered_at', models.DateTimeField(blank=True, null=True, verbose_name='entered in the register at')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='decided at')),
                ('decision_reason', models.CharField(blank=True, max_length=500, verbose_name='reason of the decision')),
                ('withdrawal_code_sha256', models.CharField(blank=True, editable=False, max_length=64)),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='decided by')),
                ('municipality', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.municipality', verbose_name='municipality')),
                ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='code_of_conduct_endorsements', to=settings.AUTH_USER_MODEL, verbose_name='account')),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='endorsements', to='code_of_conduct.codeversion', verbose_name='version of the code')),
            ],
            options={
                'verbose_name': 'endorsement',
                'verbose_name_plural': 'endorsements',
                'ordering': ['-signed_at', '-pk'],
                'permissions': [('review_endorsement', 'Can accept and decline endorsements, and record withdrawals'), ('export_endorsement', 'Can download the list of endorsements')],
                'indexes': [models.Index(fields=['state', 'sector'], name='endorsement_state_sector'), models.Index(fields=['actor_key'], name='endorsement_actor')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'in_force')), fields=('version', 'actor_key'), name='endorsement_one_standing_an_actor'), models.CheckConstraint(condition=models.Q(('agreed_electronic', True), ('agreed_text', True)), name='endorsement_has_its_consents'), models.CheckConstraint(condition=models.Q(('kind', 'person'), ('agreed_publication', True), _connector='OR'), name='endorsement_of_a_body_is_public'), models.CheckConstraint(condition=models.Q(models.Q(('entered_at__isnull', False), ('register_index__isnull', False), ('state', 'in_force')), models.Q(('register_index__isnull', True), ('state__in', ['pending', 'declined'])), ('state', 'withdrawn'), _connector='OR'), name='endorsement_in_force_is_registered'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'declined'), _negated=True), models.Q(('decision_reason', ''), _negated=True), _connector='OR'), name='endorsement_declined_with_reason')],
            },
        ),
        migrations.CreateModel(
            name='Withdrawal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('statement', models.TextField(blank=True, editable=False, verbose_name='statement')),
                ('statement_sha256', models.CharField(editable=False, max_length=64, verbose_name='SHA-256 of the statement')),
                ('register_index', models.PositiveBigIntegerField(blank=True, editable=False, null=True, unique=True, verbose_name='register index')),
                ('kid', models.CharField(blank=True, editable=False, max_length=8, verbose_name='key of the seal')),
                ('seal', models.CharField(blank=True, editable=False, max_length=128, verbose_name='seal')),
                ('reason', models.CharField(max_length=500, verbose_name='reason')),
                ('withdrawn_at', models.DateTimeField(verbose_name='withdrawn at')),
                ('endorsement', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='withdrawal', to='code_of_conduct.endorsement', verbose_name='endorsement')),
                ('recorded_by', models.ForeignKey(blank=True, help_text='Empty where the signatory withdrew without an account.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='recorded by')),
            ],
            options={
                'verbose_name': 'withdrawal',
                'verbose_name_plural': 'withdrawals',
                'constraints': [models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='withdrawal_has_a_reason')],
            },
        ),
        migrations.CreateModel(
            name='Article',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField(help_text='0 is the preamble.', verbose_name='number')),
                ('heading_ar', models.CharField(max_length=200, verbose_name='heading in Arabic')),
                ('heading_en', models.CharField(max_length=200, verbose_name='heading in English')),
                ('body_ar', models.TextField(help_text='An empty line between paragraphs; clauses begin with 1. 2. and so on, one a line.', verbose_name='text in Arabic')),
                ('body_en', models.TextField(verbose_name='text in English')),
                ('code', modelcluster.fields.ParentalKey(on_delete=django.db.models.deletion.CASCADE, related_name='articles', to='code_of_conduct.code')),
            ],
            options={
                'verbose_name': 'article',
                'verbose_name_plural': 'articles',
                'ordering': ['number'],
                'constraints': [models.UniqueConstraint(fields=('code', 'number'), name='article_number_once_a_code')],
            },
        ),
    ]
