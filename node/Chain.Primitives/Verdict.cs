using System.Diagnostics.CodeAnalysis;

namespace Chain.Primitives;

/// <summary>
/// Either a value or the reason why there is none. A rule that the outside can break answers with this; a bug throws.
/// </summary>
public readonly struct Verdict<T, TError>
    where T : notnull
    where TError : class
{
    private readonly T? _value;

    private Verdict(T? value, TError? error)
    {
        _value = value;
        Error = error;
    }

    /// <summary>The reason; null when there is a value.</summary>
    public TError? Error { get; }

    /// <summary>The value.</summary>
    /// <exception cref="InvalidOperationException">There is none; the message carries the reason.</exception>
    public T Value => Error is null ? _value! : throw new InvalidOperationException($"No value: {Error}");

    public bool IsOk([NotNullWhen(true)] out T? value, [NotNullWhen(false)] out TError? error)
    {
        value = _value;
        error = Error;
        return Error is null;
    }

    public static implicit operator Verdict<T, TError>(T value) => new(value, null);

    public static implicit operator Verdict<T, TError>(TError error) => new(default, error);
}
