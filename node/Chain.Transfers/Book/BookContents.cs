using Chain.Primitives;

namespace Chain.Transfers;

/// <summary>Somebody to pay, by a name that the user chose.</summary>
public sealed record Contact(string Name, Address Address);

/// <summary>
/// Something that was written down and cannot be read any more, in neither file of the book: a transfer may be unknown.
/// </summary>
/// <param name="Line">The journal's line, from 1 on; 0 where whole lines are missing.</param>
/// <param name="Problem">What is wrong with it, as a part of a sentence.</param>
public sealed record BookDamage(int Line, string Problem)
{
    /// <summary>Whether a person has said that signing goes on without it.</summary>
    public bool IsAccepted { get; init; }
}

/// <summary>The book as it was read.</summary>
/// <param name="Transfers">In the order in which they were signed.</param>
/// <param name="Contacts">By name.</param>
/// <param name="Damage">What is lost for good, if anything.</param>
public sealed record BookContents(IReadOnlyList<SignedTransfer> Transfers, IReadOnlyList<Contact> Contacts,
    IReadOnlyList<BookDamage> Damage)
{
    public static readonly BookContents Empty = new([], [], []);

    /// <summary>The damage that no person has accepted yet.</summary>
    public IReadOnlyList<BookDamage> OpenDamage => [.. Damage.Where(damage => !damage.IsAccepted)];
}
