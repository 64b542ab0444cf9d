import django.db.models.deletion
import lms.certificates.models.holder
import lms.common.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('cascade', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Keyset',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('serial', models.PositiveIntegerField(unique=True, verbose_name='serial')),
                ('note', models.TextField(verbose_name='signed note')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='signed at')),
            ],
            options={
                'verbose_name': 'keyset',
                'verbose_name_plural': 'keysets',
                'ordering': ['-serial'],
            },
        ),
        migrations.CreateModel(
            name='PaperPicture',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sha256', models.CharField(max_length=64, unique=True, verbose_name='SHA-256')),
                ('content', models.BinaryField(verbose_name='picture')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
            ],
            options={
                'verbose_name': 'picture on paper',
                'verbose_name_plural': 'pictures on paper',
            },
        ),
        migrations.CreateModel(
            name='StatusListNote',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('index', models.PositiveBigIntegerField(unique=True, verbose_name='register index')),
                ('note', models.TextField(verbose_name='signed note')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='signed at')),
            ],
            options={
                'verbose_name': 'status list',
                'verbose_name_plural': 'status lists',
                'ordering': ['-index'],
            },
        ),
        migrations.CreateModel(
            name='CertificateType',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=lms.common.models.new_public_id, editable=False, unique=True, verbose_name='public id')),
                ('name_ar', models.CharField(max_length=200, verbose_name='name in Arabic')),
                ('name_en', models.CharField(max_length=200, verbose_name='name in English')),
                ('code', models.CharField(max_length=20, unique=True, verbose_name='code')),
                ('validity_days', models.PositiveIntegerField(blank=True, null=True, verbose_name='valid for days')),
                ('required_gates', models.JSONField(blank=True, default=list, help_text='Keys such as core.exam_passed or code_of_conduct.signed.', verbose_name='required gates')),
                ('statement_ar', models.TextField(verbose_name='statement in Arabic')),
                ('statement_en', models.TextField(verbose_name='statement in English')),
                ('signatory_ar', models.CharField(max_length=200, verbose_name='signatory in Arabic')),
                ('signatory_en', models.CharField(max_length=200, verbose_name='signatory in English')),
                ('signatory_title_ar', models.CharField(max_length=200, verbose_name="signatory's title in Arabic")),
                ('signatory_title_en', models.CharField(max_length=200, verbose_name="signatory's title in English")),
                ('tier', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='certificate_types', to='cascade.tier', verbose_name='tier')),
            ],
            options={
                'verbose_name': 'certificate type',
                'verbose_name_plural': 'certificate types',
                'ordering': ['code'],
            },
        ),
        migrations.CreateModel(
            name='Certificate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(editable=False, max_length=16, unique=True, verbose_name='number')),
                ('name_ar', models.CharField(max_length=200, verbose_name='name as certified')),
                ('name_en', models.CharField(blank=True, max_length=200, verbose_name='name in Latin letters')),
                ('wording', models.JSONField(editable=False, help_text='What the paper says, as it was at issue: later changes of the type alter no paper.', verbose_name='wording')),
                ('issued_on', models.DateField(verbose_name='issued')),
                ('expires_on', models.DateField(blank=True, null=True, verbose_name='expires')),
                ('kid', models.BinaryField(max_length=4, verbose_name='key id')),
                ('payload', models.BinaryField(max_length=400, verbose_name='signed bytes')),
                ('register_index', models.PositiveBigIntegerField(unique=True, verbose_name='register index')),
                ('status', models.CharField(choices=[('active', 'Valid'), ('suspended', 'Suspended'), ('revoked', 'Revoked'), ('superseded', 'Replaced')], default='active', max_length=12, verbose_name='status')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('enrolment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='certificates', to='cascade.enrolment', verbose_name='enrolment')),
                ('holder', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='certificates', to=settings.AUTH_USER_MODEL, verbose_name='holder')),
                ('supersedes', models.OneToOneField(blank=True, help_text='The earlier certificate that this one replaces.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='superseded_by', to='certificates.certificate', verbose_name='in place of')),
                ('trainer_certificate', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='trained_certificates', to='certificates.certificate', verbose_name="trainer's certificate")),
                ('type', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='certificates', to='certificates.certificatetype', verbose_name='certificate type')),
            ],
            options={
                'verbose_name': 'certificate',
                'verbose_name_plural': 'certificates',
                'ordering': ['register_index'],
                'permissions': [('issue_certificate', 'Can issue certificates'), ('revoke_certificate', 'Can revoke certificates'), ('override_gate', 'Can override a certificate gate')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('status__in', ['active', 'suspended'])), fields=('type', 'holder'), name='certificate_one_standing_a_person'), models.CheckConstraint(condition=models.Q(('expires_on__isnull', True), ('expires_on__gt', models.F('issued_on')), _connector='OR'), name='certificate_dates_ordered')],
            },
        ),
        migrations.CreateModel(
            name='ExpiryReminder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('days_before', models.PositiveIntegerField(verbose_name='days before the end')),
                ('sent_at', models.DateTimeField(auto_now_add=True, verbose_name='sent')),
                ('certificate', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reminders', to='certificates.certificate')),
            ],
            options={
                'verbose_name': 'reminder',
                'verbose_name_plural': 'reminders',
                'constraints': [models.UniqueConstraint(fields=('certificate', 'days_before'), name='expiry_reminder_once')],
            },
        ),
        migrations.CreateModel(
            name='GateOverride',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('gate_key', models.CharField(max_length=100, verbose_name='gate')),
                ('reason', models.CharField(max_length=500, verbose_name='reason')),
                ('at', models.DateTimeField(auto_now_add=True, verbose_name='at')),
                ('actor', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
                ('learner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='gate_overrides', to=settings.AUTH_USER_MODEL, verbose_name='person')),
                ('type', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='overrides', to='certificates.certificatetype', verbose_name='certificate type')),
            ],
            options={
                'verbose_name': 'gate override',
                'verbose_name_plural': 'gate overrides',
                'constraints': [models.UniqueConstraint(fields=('type', 'learner', 'gate_key'), name='gate_override_once'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='gate_override_has_a_reason')],
            },
        ),
        migrations.CreateModel(
            name='IssuingKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kid', models.BinaryField(max_length=4, unique=True, verbose_name='key id')),
                ('public_key', models.BinaryField(max_length=32, unique=True, verbose_name='public key')),
                ('reference', models.CharField(help_text="The name of the key file, or the key's name in a KMS.", max_length=100, verbose_name='reference')),
                ('state', models.CharField(choices=[('pending', 'Waiting for the root keys'), ('active', 'Active'), ('retired', 'Retired'), ('compromised', 'Compromised')], default='active', max_length=12, verbose_name='state')),
                ('withdrawn_at_index', models.PositiveBigIntegerField(blank=True, help_text='What was registered before this index stays valid; from it on the key counts for nothing.', null=True, verbose_name='withdrawn from index')),
                ('not_before', models.DateField(verbose_name='not before')),
                ('expires', models.DateField(verbose_name='expires')),
            ],
            options={
                'verbose_name': 'issuing key',
                'verbose_name_plural': 'issuing keys',
                'ordering': ['pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('expires__gt', models.F('not_before'))), name='issuing_key_dates_ordered'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['pending', 'active']), ('withdrawn_at_index__isnull', True)), models.Q(('state__in', ['retired', 'compromised']), ('withdrawn_at_index__isnull', False)), _connector='OR'), name='issuing_key_withdrawn_at_an_index')],
            },
        ),
        migrations.CreateModel(
            name='MassRevocation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=lms.common.models.new_public_id, editable=False, unique=True, verbose_name='public id')),
                ('reason', models.CharField(max_length=500, verbose_name='reason')),
                ('state', models.CharField(choices=[('proposed', 'Waits for a second person'), ('approved', 'Approved'), ('rejected', 'Rejected')], default='proposed', max_length=12, verbose_name='state')),
                ('proposed_at', models.DateTimeField(auto_now_add=True, verbose_name='proposed')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='decided')),
                ('certificates', models.ManyToManyField(related_name='mass_revocations', to='certificates.certificate', verbose_name='certificates')),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='decided by')),
                ('proposed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='proposed by')),
            ],
            options={
                'verbose_name': 'mass revocation',
                'verbose_name_plural': 'mass revocations',
                'ordering': ['-proposed_at'],
                'permissions': [('approve_massrevocation', 'Can approve a mass revocation that another proposed')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('state', 'approved'), _negated=True), models.Q(('decided_by', models.F('proposed_by')), _negated=True), _connector='OR'), name='mass_revocation_takes_two_persons'), models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('decided_by__isnull', True), ('state', 'proposed')), models.Q(models.Q(('state', 'proposed'), _negated=True), ('decided_at__isnull', False), ('decided_by__isnull', False)), _connector='OR'), name='mass_revocation_decided_by_somebody'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='mass_revocation_has_a_reason')],
            },
        ),
        migrations.CreateModel(
            name='CertificateEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('type', models.CharField(choices=[('issue', 'certificate issued'), ('revoke', 'certificate revoked'), ('suspend', 'certificate suspended'), ('restore', 'certificate restored'), ('keyset', 'keys published'), ('batch_approval', 'batch approved'), ('status_list', 'status list published'), ('endorse', 'endorsement given'), ('withdraw', 'endorsement withdrawn')], max_length=32, verbose_name='event')),
                ('reason', models.CharField(blank=True, max_length=500, verbose_name='reason')),
                ('register_index', models.PositiveBigIntegerField(unique=True, verbose_name='register index')),
                ('at', models.DateTimeField(auto_now_add=True, verbose_name='at')),
                ('actor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
                ('certificate', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='events', to='certificates.certificate')),
                ('mass_revocation', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='events', to='certificates.massrevocation', verbose_name='mass revocation')),
            ],
            options={
                'verbose_name': 'certificate event',
                'verbose_name_plural': 'certificate events',
                'ordering': ['register_index'],
            },
        ),
        migrations.CreateModel(
            name='NameCorrection',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=lms.common.models.new_public_id, editable=False, unique=True, verbose_name='public id')),
                ('name_ar', models.CharField(max_length=200, verbose_name='correct name')),
                ('name_en', models.CharField(blank=True, max_length=200, verbose_name='correct name in Latin letters')),
                ('reason', models.CharField(max_length=500, verbose_name='what is wrong')),
                ('state', models.CharField(choices=[('pending', 'Waiting for a decision'), ('accepted', 'Accepted'), ('refused', 'Refused')], default='pending', max_length=10, verbose_name='state')),
                ('answer', models.CharField(blank=True, max_length=500, verbose_name='answer')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='decided')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='requested')),
                ('certificate', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='corrections', to='certificates.certificate', verbose_name='certificate')),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='decided by')),
            ],
            options={
                'verbose_name': 'name correction',
                'verbose_name_plural': 'name corrections',
                'ordering': ['-created_at'],
                'permissions': [('decide_namecorrection', 'Can decide on name corrections')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'pending')), fields=('certificate',), name='name_correction_one_pending_a_certificate'), models.CheckConstraint(condition=models.Q(models.Q(('decided_at', None), ('decided_by', None), ('state', 'pending')), models.Q(models.Q(('state', 'pending'), _negated=True), ('decided_at__isnull', False), ('decided_by__isnull', False)), _connector='OR'), name='name_correction_decided_by_somebody')],
            },
        ),
        migrations.CreateModel(
            name='OpenBadge',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('document', models.BinaryField(verbose_name='signed document')),
                ('public_key', models.BinaryField(max_length=32, verbose_name='public key')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('certificate', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='open_badge', to='certificates.certificate')),
            ],
            options={
                'verbose_name': 'Open Badge',
                'verbose_name_plural': 'Open Badges',
            },
        ),
        migrations.CreateModel(
            name='CertificateDesign',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(editable=False, verbose_name='version')),
                ('from_index', models.PositiveBigIntegerField(editable=False, verbose_name='from register entry')),
                ('intro_ar', models.CharField(default='نشهد بأنّ', max_length=80, verbose_name='line above the name, in Arabic')),
                ('intro_en', models.CharField(default='We certify that', max_length=80, verbose_name='line above the name, in English')),
                ('note_ar', models.CharField(default='هذه البطاقة شخصية. من يجدها فليسلّمها إلى مكتب البرنامج.', max_length=120, verbose_name='note on the badge, in Arabic')),
                ('note_en', models.CharField(default='This card is personal. If found, please return it to the programme office.', max_length=120, verbose_name='note on the badge, in English')),
                ('signatories', models.JSONField(blank=True, default=list, verbose_name='signatories')),
                ('accent', models.CharField(default='#0a5c5c', max_length=7, verbose_name='main colour')),
                ('deep', models.CharField(default='#064343', max_length=7, verbose_name='dark colour')),
                ('ornament', models.CharField(default='#b5761a', max_length=7, verbose_name='colour of ornaments')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
                ('type', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='designs', to='certificates.certificatetype', verbose_name='certificate type')),
                ('logo', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='certificates.paperpicture', verbose_name='logo')),
            ],
            options={
                'verbose_name': 'design of certificates',
                'verbose_name_plural': 'designs of certificates',
                'ordering': ['type', '-version'],
                'constraints': [models.UniqueConstraint(fields=('type', 'version'), name='design_version_once'), models.CheckConstraint(condition=models.Q(('accent__regex', '^#[0-9a-f]{6}$'), ('deep__regex', '^#[0-9a-f]{6}$'), ('ornament__regex', '^#[0-9a-f]{6}$')), name='design_colours_are_hex')],
            },
        ),
        migrations.CreateModel(
            name='ShareLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=lms.common.models.new_public_id, editable=False, unique=True, verbose_name='public id')),
                ('token', models.CharField(default=lms.certificates.models.holder.new_token, editable=False, max_length=64, unique=True, verbose_name='token')),
                ('expires_at', models.DateTimeField(verbose_name='until')),
                ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='switched off')),
                ('views', models.PositiveIntegerField(default=0, verbose_name='views')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('certificate', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='share_links', to='certificates.certificate')),
            ],
            options={
                'verbose_name': 'share link',
                'verbose_name_plural': 'share links',
                'ordering': ['-created_at'],
                'constraints': [models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('created_at'))), name='share_link_ends_after_it_begins')],
            },
        ),
        migrations.CreateModel(
            name='BadgePhoto',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('content', models.BinaryField(verbose_name='photo')),
                ('consent', models.CharField(max_length=500, verbose_name='consent as given')),
                ('consented_at', models.DateTimeField(auto_now_add=True, verbose_name='consented')),
                ('holder', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='badge_photo', to=settings.AUTH_USER_MODEL, verbose_name='holder')),
            ],
            options={
                'verbose_name': 'photo for the badge',
                'verbose_name_plural': 'photos for badges',
                'constraints': [models.CheckConstraint(condition=models.Q(('consent', ''), _negated=True), name='badge_photo_only_with_consent')],
            },
        ),
    ]
