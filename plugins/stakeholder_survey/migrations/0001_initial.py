import django.db.models.deletion
import django.utils.timezone
import uuid
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
            name='QuestionnaireVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField(verbose_name='version number')),
                ('content', models.JSONField(verbose_name='content')),
                ('sha256', models.CharField(blank=True, editable=False, max_length=64, verbose_name='seal')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='added at')),
                ('published_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='published at')),
                ('published_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='published by')),
            ],
            options={
                'verbose_name': 'questionnaire',
                'verbose_name_plural': 'questionnaires',
                'ordering': ['survey', '-number'],
                'permissions': [('publish_questionnaireversion', 'Can publish questionnaires')],
                'default_permissions': ('add', 'view'),
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('published_at', None), ('sha256', '')), models.Q(('published_at__isnull', False), models.Q(('sha256', ''), _negated=True)), _connector='OR'), name='questionnaire_published_is_sealed')],
            },
        ),
        migrations.CreateModel(
            name='Draft',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=64, unique=True)),
                ('client_uuid', models.UUIDField(default=uuid.uuid4, unique=True)),
                ('answers', models.JSONField(default=dict)),
                ('started_at', models.DateTimeField(db_index=True)),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='drafts', to='stakeholder_survey.questionnaireversion')),
            ],
            options={
                'verbose_name': 'unfinished response',
                'verbose_name_plural': 'unfinished responses',
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='Survey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name_ar', models.CharField(max_length=200, verbose_name='name in Arabic')),
                ('name_en', models.CharField(max_length=200, verbose_name='name in English')),
                ('code', models.SlugField(help_text="Part of the survey's address; it cannot change later.", max_length=40, unique=True, verbose_name='code')),
                ('opens_at', models.DateTimeField(blank=True, help_text='Empty: as soon as a questionnaire is published.', null=True, verbose_name='opens at')),
                ('closes_at', models.DateTimeField(blank=True, help_text='Who began before may finish within two hours. Empty: open until further notice.', null=True, verbose_name='closes at')),
                ('target', models.PositiveIntegerField(default=1000, verbose_name='target number of responses')),
                ('results_public', models.BooleanField(default=False, help_text='Groups of fewer than ten respondents stay hidden.', verbose_name='results are public')),
            ],
            options={
                'verbose_name': 'survey',
                'verbose_name_plural': 'surveys',
                'ordering': ['-pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('opens_at', None), ('closes_at', None), ('opens_at__lt', models.F('closes_at')), _connector='OR'), name='survey_opens_before_it_closes', violation_error_message='A survey must open before it closes.')],
            },
        ),
        migrations.AddField(
            model_name='questionnaireversion',
            name='survey',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='stakeholder_survey.survey', verbose_name='survey'),
        ),
        migrations.CreateModel(
            name='Response',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('client_uuid', models.UUIDField(editable=False, unique=True)),
                ('submitted_at', models.DateTimeField(verbose_name='sent at')),
                ('language', models.CharField(choices=[('ar', 'Arabic'), ('en', 'English')], max_length=2, verbose_name='language')),
                ('mode', models.CharField(choices=[('web', 'Open web link'), ('token', 'Personal link used once'), ('enumerator', 'Interviewer'), ('paper', 'Paper')], max_length=10, verbose_name='mode')),
                ('population', models.CharField(choices=[('citizen', 'Citizens'), ('cso', 'Civil society organisations')], max_length=7, verbose_name='population')),
                ('seconds', models.PositiveIntegerField(null=True, verbose_name='seconds taken')),
                ('flags', models.JSONField(default=list, verbose_name='flags')),
                ('answers', models.JSONField(verbose_name='answers')),
                ('municipality', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.municipality', verbose_name='municipality')),
                ('region', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.region', verbose_name='region')),
                ('version', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='responses', to='stakeholder_survey.questionnaireversion', verbose_name='questionnaire')),
            ],
            options={
                'verbose_name': 'response',
                'verbose_name_plural': 'responses',
                'ordering': ['-submitted_at', '-pk'],
                'permissions': [('export_response', 'Can export responses')],
                'default_permissions': ('view',),
                'indexes': [models.Index(fields=['version', 'id'], name='response_in_order'), models.Index(fields=['version', 'submitted_at'], name='response_by_time'), models.Index(fields=['version', 'region'], name='response_by_region')],
                'constraints': [models.CheckConstraint(condition=models.Q(('mode__in', ['web', 'token', 'enumerator', 'paper'])), name='response_mode_known'), models.CheckConstraint(condition=models.Q(('population__in', ['citizen', 'cso'])), name='response_population_known'), models.CheckConstraint(condition=models.Q(('language__in', ['ar', 'en'])), name='response_language_known')],
            },
        ),
        migrations.AddConstraint(
            model_name='questionnaireversion',
            constraint=models.UniqueConstraint(fields=('survey', 'number'), name='questionnaire_number_once'),
        ),
        migrations.AddConstraint(
            model_name='questionnaireversion',
            constraint=models.UniqueConstraint(condition=models.Q(('published_at', None)), fields=('survey',), name='questionnaire_one_draft_a_survey'),
        ),
    ]
