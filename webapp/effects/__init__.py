"""Side effects after the commit: mails and webhooks. Every job must tolerate running twice."""
