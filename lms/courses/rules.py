"""Who may read the lessons of a course: `user.has_perm("courses.read_lessons", course)`."""

import rules

from lms.people.models import User

from .models import Course
from .selectors import readable_courses


@rules.predicate
def is_course_staff(user: User) -> bool:
    """Whoever works in the administration sees what readers see."""
    return user.has_perm("wagtailadmin.access_admin")


@rules.predicate
def is_enrolled(user: User, course: Course) -> bool:
    return readable_courses(user).filter(pk=course.pk).exists()


rules.add_perm("courses.read_lessons", rules.is_active & (is_course_staff | is_enrolled))
