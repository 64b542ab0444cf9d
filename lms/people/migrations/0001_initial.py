import django.db.models.deletion
import lms.common.models
import phonenumber_field.modelfields
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        migrations.CreateModel(
            name='Municipality',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name_ar', models.CharField(max_length=200, verbose_name='name in Arabic')),
                ('name_en', models.CharField(max_length=200, verbose_name='name in English')),
                ('code', models.SlugField(max_length=40, unique=True, verbose_name='code')),
            ],
            options={
                'verbose_name': 'municipality',
                'verbose_name_plural': 'municipalities',
                'ordering': ['region__order', 'name_ar'],
            },
        ),
        migrations.CreateModel(
            name='Region',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name_ar', models.CharField(max_length=200, verbose_name='name in Arabic')),
                ('name_en', models.CharField(max_length=200, verbose_name='name in English')),
                ('code', models.SlugField(max_length=20, unique=True, verbose_name='code')),
                ('order', models.PositiveSmallIntegerField(default=0, verbose_name='order')),
            ],
            options={
                'verbose_name': 'region',
                'verbose_name_plural': 'regions',
                'ordering': ['order', 'code'],
            },
        ),
        migrations.CreateModel(
            name='Organisation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=lms.common.models.new_public_id, editable=False, unique=True, verbose_name='public id')),
                ('name_ar', models.CharField(max_length=200, verbose_name='name in Arabic')),
                ('name_en', models.CharField(max_length=200, verbose_name='name in English')),
                ('sector', models.CharField(choices=[('political', 'Political'), ('security', 'Security'), ('social', 'Social'), ('civil', 'Civil society'), ('judicial', 'Judicial'), ('international', 'International')], max_length=20, verbose_name='sector')),
                ('municipality', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='people.municipality', verbose_name='municipality')),
            ],
            options={
                'verbose_name': 'organisation',
                'verbose_name_plural': 'organisations',
                'ordering': ['name_ar'],
                'constraints': [models.UniqueConstraint(fields=('name_ar',), name='organisation_one_canonical_arabic_name'), models.UniqueConstraint(fields=('name_en',), name='organisation_one_canonical_english_name')],
            },
        ),
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('public_id', models.UUIDField(default=lms.common.models.new_public_id, editable=False, unique=True, verbose_name='public id')),
                ('email', models.EmailField(blank=True, max_length=254, null=True, unique=True, verbose_name='e-mail')),
                ('phone', phonenumber_field.modelfields.PhoneNumberField(blank=True, max_length=128, null=True, region='LY', unique=True, verbose_name='phone')),
                ('name_ar', models.CharField(blank=True, max_length=200, verbose_name='full name in Arabic')),
                ('name_en', models.CharField(blank=True, max_length=200, verbose_name='full name in Latin letters')),
                ('sex', models.CharField(blank=True, choices=[('F', 'Woman'), ('M', 'Man')], max_length=1, verbose_name='sex')),
                ('birth_year', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='year of birth')),
                ('has_disability', models.BooleanField(blank=True, null=True, verbose_name='lives with a disability')),
                ('language', models.CharField(choices=[('ar', 'العربية'), ('en', 'English')], default='ar', max_length=2, verbose_name='preferred language')),
                ('is_staff', models.BooleanField(default=False, verbose_name='may enter the administration')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
                ('date_joined', models.DateTimeField(auto_now_add=True, verbose_name='joined')),
                ('erasure_requested_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='erasure of data asked for')),
                ('erased_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='personal data erased')),
                ('search_name', models.CharField(blank=True, db_index=True, editable=False, max_length=420)),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
                ('municipality', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='people', to='people.municipality', verbose_name='municipality')),
                ('organisation', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='people', to='people.organisation', verbose_name='organisation')),
            ],
            options={
                'verbose_name': 'person',
                'verbose_name_plural': 'people',
                'ordering': ['name_ar', 'pk'],
                'permissions': [('erase_person', "Can erase a person's data"), ('view_privacy', 'Can see the record of personal data')],
                'constraints': [models.CheckConstraint(condition=models.Q(('email__isnull', False), ('phone__isnull', False), ('is_active', False), _connector='OR'), name='user_reachable_by_email_or_phone', violation_error_message='Give an e-mail address or a phone number.')],
            },
        ),
        migrations.AddField(
            model_name='municipality',
            name='region',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='municipalities', to='people.region', verbose_name='region'),
        ),
    ]
