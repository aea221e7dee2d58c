"""`kb release`: publish, compare, roll back."""
