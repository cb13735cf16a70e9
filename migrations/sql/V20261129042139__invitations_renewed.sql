-- An invitation is renewed by another token and another end.
grant update (token_hmac, expires_at) on runtime.invitations to guildhall_app;
