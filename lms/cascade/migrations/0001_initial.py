import django.core.validators
import django.db.models.deletion
import lms.common.models
import modelcluster.fields
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('courses', '0001_initial'),
        ('people', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Cohort',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=lms.common.models.new_public_id, editable=False, unique=True, verbose_name='public id')),
                ('name_ar', models.CharField(max_length=200, verbose_name='name in Arabic')),
                ('name_en', models.CharField(max_length=200, verbose_name='name in English')),
                ('capacity', models.PositiveSmallIntegerField(default=50, validators=[django.core.validators.MinValueValidator(1)], verbose_name='capacity')),
                ('women_share_target', models.PositiveSmallIntegerField(blank=True, help_text="Empty where the programme's own target applies.", null=True, validators=[django.core.validators.MaxValueValidator(100)], verbose_name='target share of women, per cent')),
                ('starts_on', models.DateField(verbose_name='starts on')),
                ('ends_on', models.DateField(verbose_name='ends on')),
                ('municipality', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cohorts', to='people.municipality', verbose_name='municipality')),
                ('trainer', models.ForeignKey(blank=True, help_text='Empty where the programme itself trains.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='cohorts_taught', to=settings.AUTH_USER_MODEL, verbose_name='trainer')),
            ],
            options={
                'verbose_name': 'cohort',
                'verbose_name_plural': 'cohorts',
                'ordering': ['starts_on', 'name_ar'],
                'constraints': [models.CheckConstraint(condition=models.Q(('ends_on__gte', models.F('starts_on'))), name='cohort_dates_ordered'), models.CheckConstraint(condition=models.Q(('capacity__gte', 1)), name='cohort_capacity_positive')],
            },
        ),
        migrations.CreateModel(
            name='Programme',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=lms.common.models.new_public_id, editable=False, unique=True, verbose_name='public id')),
                ('name_ar', models.CharField(max_length=200, verbose_name='name in Arabic')),
                ('name_en', models.CharField(max_length=200, verbose_name='name in English')),
                ('code', models.SlugField(max_length=40, unique=True, verbose_name='code')),
                ('organisation_ar', models.CharField(max_length=200, verbose_name='organisation in Arabic')),
                ('organisation_en', models.CharField(max_length=200, verbose_name='organisation in English')),
                ('starts_on', models.DateField(verbose_name='starts on')),
                ('ends_on', models.DateField(verbose_name='ends on')),
                ('municipalities_min', models.PositiveSmallIntegerField(default=14, verbose_name='fewest municipalities')),
                ('municipalities_max', models.PositiveSmallIntegerField(default=18, verbose_name='most municipalities')),
                ('women_share_target', models.PositiveSmallIntegerField(default=30, validators=[django.core.validators.MaxValueValidator(100)], verbose_name='target share of women, per cent')),
            ],
            options={
                'verbose_name': 'programme',
                'verbose_name_plural': 'programmes',
                'ordering': ['-starts_on', 'code'],
                'permissions': [('view_dashboard', 'Can see the programme dashboard'), ('import_trainees', 'Can import trainees')],
                'constraints': [models.CheckConstraint(condition=models.Q(('ends_on__gte', models.F('starts_on'))), name='programme_dates_ordered'), models.CheckConstraint(condition=models.Q(('municipalities_max__gte', models.F('municipalities_min'))), name='programme_municipality_bounds_ordered')],
            },
        ),
        migrations.CreateModel(
            name='Tier',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name_ar', models.CharField(max_length=200, verbose_name='name in Arabic')),
                ('name_en', models.CharField(max_length=200, verbose_name='name in English')),
                ('level', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1)], verbose_name='level')),
                ('target', models.PositiveIntegerField(verbose_name='target number of people')),
                ('course', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tiers', to='courses.course', verbose_name='course')),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tiers', to='cascade.programme', verbose_name='programme')),
            ],
            options={
                'verbose_name': 'tier',
                'verbose_name_plural': 'tiers',
                'ordering': ['programme', 'level'],
                'constraints': [models.UniqueConstraint(fields=('programme', 'level'), name='tier_level_once_a_programme'), models.CheckConstraint(condition=models.Q(('level__gte', 1)), name='tier_level_from_one')],
            },
        ),
        migrations.CreateModel(
            name='Qualification',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('certificate_number', models.CharField(max_length=16, unique=True, verbose_name='certificate number')),
                ('register_index', models.PositiveBigIntegerField(unique=True, verbose_name='register index')),
                ('valid_from', models.DateField(verbose_name='valid from')),
                ('valid_until', models.DateField(blank=True, null=True, verbose_name='valid until')),
                ('withdrawn_on', models.DateField(blank=True, null=True, verbose_name='withdrawn on')),
                ('holder', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='qualifications', to=settings.AUTH_USER_MODEL)),
                ('tier', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='qualifications', to='cascade.tier')),
            ],
            options={
                'verbose_name': 'qualification',
                'verbose_name_plural': 'qualifications',
                'constraints': [models.CheckConstraint(condition=models.Q(('valid_until__isnull', True), ('valid_until__gte', models.F('valid_from')), _connector='OR'), name='qualification_dates_ordered')],
            },
        ),
        migrations.CreateModel(
            name='Enrolment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=lms.common.models.new_public_id, editable=False, unique=True, verbose_name='public id')),
                ('state', models.CharField(choices=[('invited', 'Invited'), ('active', 'In training'), ('completed', 'Training completed'), ('certified', 'Certified'), ('withdrawn', 'Withdrawn')], default='invited', max_length=12, verbose_name='state')),
                ('enrolled_at', models.DateTimeField(auto_now_add=True, verbose_name='enrolled')),
                ('changed_at', models.DateTimeField(auto_now=True, verbose_name='state changed')),
                ('invited_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='invitation sent')),
                ('cohort', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='enrolments', to='cascade.cohort')),
                ('learner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='enrolments', to=settings.AUTH_USER_MODEL)),
                ('tier', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='enrolments', to='cascade.tier')),
            ],
            options={
                'verbose_name': 'enrolment',
                'verbose_name_plural': 'enrolments',
                'ordering': ['cohort', 'learner__name_ar'],
                'constraints': [models.UniqueConstraint(fields=('cohort', 'learner'), name='enrolment_once_a_cohort'), models.UniqueConstraint(condition=models.Q(('state', 'withdrawn'), _negated=True), fields=('tier', 'learner'), name='enrolment_once_a_tier')],
            },
        ),
        migrations.AddField(
            model_name='cohort',
            name='tier',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cohorts', to='cascade.tier', verbose_name='tier'),
        ),
        migrations.CreateModel(
            name='TraineeImport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=lms.common.models.new_public_id, editable=False, unique=True, verbose_name='public id')),
                ('file_name', models.CharField(max_length=200, verbose_name='file name')),
                ('content', models.BinaryField(verbose_name='content')),
                ('uploaded_at', models.DateTimeField(auto_now_add=True, verbose_name='uploaded')),
                ('imported_at', models.DateTimeField(blank=True, null=True, verbose_name='imported')),
                ('created_count', models.PositiveIntegerField(default=0, verbose_name='new people')),
                ('enrolled_count', models.PositiveIntegerField(default=0, verbose_name='new enrolments')),
                ('cohort', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='imports', to='cascade.cohort')),
                ('uploaded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'import of trainees',
                'verbose_name_plural': 'imports of trainees',
                'ordering': ['-uploaded_at'],
            },
        ),
        migrations.CreateModel(
            name='TrainingSession',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=lms.common.models.new_public_id, editable=False, unique=True, verbose_name='public id')),
                ('title', models.CharField(max_length=200, verbose_name='title')),
                ('place', models.CharField(max_length=200, verbose_name='place')),
                ('materials_version', models.CharField(max_length=64, verbose_name='materials version')),
                ('cohort', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sessions', to='cascade.cohort')),
                ('trainer', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='sessions_taught', to=settings.AUTH_USER_MODEL, verbose_name='trainer')),
                ('trainer_qualification', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='sessions', to='cascade.qualification')),
            ],
            options={
                'verbose_name': 'training session',
                'verbose_name_plural': 'training sessions',
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('trainer__isnull', True), ('trainer_qualification__isnull', True)), models.Q(('trainer__isnull', False), ('trainer_qualification__isnull', False)), _connector='OR'), name='session_trainer_is_qualified')],
            },
        ),
        migrations.CreateModel(
            name='Training',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('date', models.DateField(verbose_name='date')),
                ('place', models.CharField(max_length=200, verbose_name='place')),
                ('materials_version', models.CharField(max_length=64, verbose_name='materials version')),
                ('learner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='trainings_received', to=settings.AUTH_USER_MODEL)),
                ('trainer', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='trainings_given', to=settings.AUTH_USER_MODEL)),
                ('trainer_qualification', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='trainings', to='cascade.qualification')),
                ('session', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='trainings', to='cascade.trainingsession')),
            ],
            options={
                'verbose_name': 'training',
                'verbose_name_plural': 'trainings',
                'ordering': ['date'],
                'constraints': [models.UniqueConstraint(fields=('session', 'learner'), name='training_once_a_session'), models.CheckConstraint(condition=models.Q(('trainer__isnull', True), models.Q(('trainer', models.F('learner')), _negated=True), _connector='OR'), name='nobody_trains_himself')],
            },
        ),
        migrations.CreateModel(
            name='SessionDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('date', models.DateField(verbose_name='date')),
                ('starts_at', models.TimeField(verbose_name='starts at')),
                ('ends_at', models.TimeField(verbose_name='ends at')),
                ('session', modelcluster.fields.ParentalKey(on_delete=django.db.models.deletion.CASCADE, related_name='days', to='cascade.trainingsession')),
            ],
            options={
                'verbose_name': 'session day',
                'verbose_name_plural': 'session days',
                'ordering': ['date'],
                'constraints': [models.UniqueConstraint(fields=('session', 'date'), name='session_day_once'), models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='session_day_times_ordered')],
            },
        ),
        migrations.CreateModel(
            name='Attendance',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('is_present', models.BooleanField(verbose_name='present')),
                ('recorded_at', models.DateTimeField(auto_now=True, verbose_name='recorded')),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('enrolment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attendance', to='cascade.enrolment')),
                ('day', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attendance', to='cascade.sessionday')),
            ],
            options={
                'verbose_name': 'attendance',
                'verbose_name_plural': 'attendance',
                'constraints': [models.UniqueConstraint(fields=('day', 'enrolment'), name='attendance_once_a_day')],
            },
        ),
    ]
