"""What happens after the commit: mail. Each handler may run twice and must not mind."""
