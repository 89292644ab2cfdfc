"""The promises that every activity keeps."""
