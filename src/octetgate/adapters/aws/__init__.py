"""AWS services as botocore knows them: models, endpoints and signatures."""
