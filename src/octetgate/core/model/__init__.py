"""The nouns of API Gateway and Lambda, frozen, spelled as AWS spells them."""
