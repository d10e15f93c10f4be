"""The commands of `crm audit`: whether audit lines are those that were written."""
