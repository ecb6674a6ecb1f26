namespace Chain.Primitives;

/// <summary>A transaction with the account that signed it. There is no other way to one than checking the signature.</summary>
public sealed class RecoveredTransaction
{
    internal RecoveredTransaction(Transaction transaction, Address sender)
    {
        Transaction = transaction;
        Sender = sender;
    }

    public Transaction Transaction { get; }

    public Address Sender { get; }

    public Hash256 Hash => Transaction.Hash;

    public override string ToString() => $"{Transaction} from {Sender}";
}
