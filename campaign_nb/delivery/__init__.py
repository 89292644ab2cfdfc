"""What leaves a run: messages in their outbox, audiences in the workspace."""
