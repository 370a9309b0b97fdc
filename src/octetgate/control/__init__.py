"""Answers management calls: the operations of boto3, over ports."""
