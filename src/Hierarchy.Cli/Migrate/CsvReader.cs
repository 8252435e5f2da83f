using System.Text;

namespace Hierarchy.Cli.Migrate;

/// <summary>
/// Reads a table of comma- or semicolon-separated values as PowerShell and Excel write it: quotes around and doubled inside, line breaks within quotes, a byte order mark of UTF-8 or
/// UTF-16, a first line `#TYPE …`. The first row with text is the header; it also tells the separator. Everything is bounded.
/// </summary>
internal sealed class CsvReader
{
    public const long MaxFile = 64 * 1024 * 1024;
    private const int MaxField = 32 * 1024;
    private const int MaxFields = 256;
    private const int MaxRows = 1_000_000;

    private readonly TextReader _reader;
    private readonly string _name;
    private readonly string _advice;
    private int _line = 1;
    private int _rows;

    /// <summary>Reads the header.</summary>
    /// <exception cref="CommandFailedException">It is no such table.</exception>
    public CsvReader(TextReader reader, string name, string advice = "Export it again as `hierarchy migrate computers --help` shows; nothing was changed.")
    {
        _advice = advice;
        _reader = reader;
        _name = name;
        if (_reader.Peek() == '#') ReadLine();
        // Which one it is shows in the header, where names hold neither.
        Separator = '\0';
        Header = Next()?.Fields.Select(field => field.Trim()).ToArray() ?? throw Wrong("it is empty");
    }

    /// <summary>The names of the columns.</summary>
    public IReadOnlyList<string> Header { get; }

    /// <summary>`,`, `;` or a tab.</summary>
    public char Separator { get; private set; }

    /// <summary>The next row with text, and the line that it begins on; null at the end.</summary>
    /// <exception cref="CommandFailedException">It cannot be read.</exception>
    public (int Line, IReadOnlyList<string> Fields)? Next()
    {
        while (_reader.Peek() >= 0)
        {
            var line = _line;
            var fields = ReadRow();
            if (fields.Count == 1 && string.IsNullOrWhiteSpace(fields[0])) continue;
            return ++_rows <= MaxRows ? (line, fields) : throw Wrong($"it has more than {MaxRows} rows");
        }

        return null;
    }

    private List<string> ReadRow()
    {
        var fields = new List<string>();
        var field = new StringBuilder();
        var (isQuoted, wasQuoted) = (false, false);
        while (true)
        {
            var next = _reader.Read();
            if (next == '\n') _line++;
            if (isQuoted)
            {
                if (next < 0) throw Wrong("a quotation mark is opened and never closed");
                if (next != '"') Append(field, next);
                else if (_reader.Peek() == '"') Append(field, _reader.Read());
                else isQuoted = false;
                continue;
            }

            switch (next)
            {
                case '"' when !wasQuoted && string.IsNullOrWhiteSpace(field.ToString()):
                    field.Clear();
                    (isQuoted, wasQuoted) = (true, true);
                    break;
                case ',' or ';' or '\t' when Separator == '\0' || next == Separator:
                    Separator = (char)next;
                    Add(fields, field);
                    wasQuoted = false;
                    break;
                case '\r' when _reader.Peek() == '\n':
                    break;
                case '\n' or < 0:
                    Add(fields, field);
                    return fields;
                default:
                    if (!wasQuoted || !char.IsWhiteSpace((char)next)) Append(field, next);
                    break;
            }
        }
    }

    private void Append(StringBuilder field, int character)
    {
        if (field.Length == MaxField) throw Wrong($"a value has more than {MaxField} characters");
        field.Append((char)character);
    }

    private void Add(List<string> fields, StringBuilder field)
    {
        if (fields.Count == MaxFields) throw Wrong($"a row has more than {MaxFields} values");
        fields.Add(field.ToString());
        field.Clear();
    }

    private void ReadLine()
    {
        for (int next; (next = _reader.Read()) >= 0 && next != '\n';) { }
        _line++;
    }

    private CommandFailedException Wrong(string what) =>
        new("invalid_file", $"{_name}, line {_line}: {what}.", _advice);
}
