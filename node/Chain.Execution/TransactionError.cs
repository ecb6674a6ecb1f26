namespace Chain.Execution;

/// <summary>Why a transaction breaks the rules: what was got and what was expected.</summary>
public abstract record TransactionError;
