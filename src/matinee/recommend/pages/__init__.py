"""Pages: which rows of titles a member sees, and why each title stands where it does."""
