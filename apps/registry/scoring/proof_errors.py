class InvalidProof(Exception):
    """A credential's proof does not hold; the message is a short reason for humans, without the credential's texts."""
