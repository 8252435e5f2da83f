using Microsoft.SqlServer.TransactSql.ScriptDom;

namespace Hierarchy.Tests.Storage.SqlServer;

/// <summary>
/// Reads statements with SQL Server's own parser, and holds the tables and columns that they name against the ones that the migrations make: what a server would say of them at the first run, without one.
/// Types and plans are not looked at.
/// </summary>
internal sealed class TransactSql
{
    private readonly Dictionary<string, Table> _tables = new(StringComparer.Ordinal);

    public TransactSql(IEnumerable<string> creating)
    {
        foreach (var statement in creating)
        {
            var tree = Parse(statement);
            tree.Accept(new CreateVisitor(_tables));
        }
    }

    /// <summary>What was made, by its name in the schema `hierarchy`.</summary>
    public IReadOnlyDictionary<string, Table> Tables => _tables;

    /// <summary>The statements as a tree.</summary>
    /// <exception cref="FormatException">The parser refuses them.</exception>
    public static TSqlFragment Parse(string text)
    {
        var tree = new TSql150Parser(initialQuotedIdentifiers: true).Parse(new StringReader(text), out var errors);
        if (errors.Count > 0) throw new FormatException($"{string.Join("; ", errors.Select(error => $"{error.Line}:{error.Column} {error.Message}"))} in: {text}");
        // The parser takes a first word that it does not know for a procedure to run.
        var procedures = new ProcedureVisitor();
        tree.Accept(procedures);
        if (procedures.Found) throw new FormatException($"a procedure is run in: {text}");
        return tree;
    }

    /// <summary>What is wrong with the names of a statement; nothing when all are there.</summary>
    public IReadOnlyList<string> Check(string text)
    {
        var visitor = new NameVisitor(_tables);
        Parse(text).Accept(visitor);
        return visitor.Wrong();
    }

    /// <summary>A table and its columns.</summary>
    internal sealed record Table(IReadOnlyDictionary<string, bool> Columns)
    {
        /// <summary>Those that a new row must give.</summary>
        public IEnumerable<string> Required => Columns.Where(column => column.Value).Select(column => column.Key);
    }

    private static string NameOf(SchemaObjectName name) => $"{name.SchemaIdentifier?.Value}.{name.BaseIdentifier.Value}";

    private sealed class ProcedureVisitor : TSqlFragmentVisitor
    {
        public bool Found { get; private set; }

        public override void Visit(ExecuteStatement node) => Found = true;
    }

    private sealed class CreateVisitor(Dictionary<string, Table> tables) : TSqlFragmentVisitor
    {
        public override void Visit(CreateTableStatement node) => tables.Add(
            NameOf(node.SchemaObjectName),
            new Table(node.Definition.ColumnDefinitions.ToDictionary(
                column => column.ColumnIdentifier.Value,
                column => column.DefaultConstraint is null && column.Constraints.OfType<NullableConstraintDefinition>().Any(constraint => !constraint.Nullable),
                StringComparer.Ordinal)));

        public override void Visit(AlterTableAddTableElementStatement node)
        {
            var table = tables[NameOf(node.SchemaObjectName)];
            tables[NameOf(node.SchemaObjectName)] = new Table(table.Columns
                .Concat(node.Definition.ColumnDefinitions.Select(column => KeyValuePair.Create(column.ColumnIdentifier.Value, false)))
                .ToDictionary(column => column.Key, column => column.Value, StringComparer.Ordinal));
        }
    }

    private sealed class NameVisitor(Dictionary<string, Table> tables) : TSqlFragmentVisitor
    {
        private readonly Dictionary<string, HashSet<string>> _scopes = new(StringComparer.Ordinal);
        private readonly HashSet<string> _produced = new(StringComparer.Ordinal);
        private readonly List<ColumnReferenceExpression> _columns = [];
        private readonly List<string> _wrong = [];

        public override void Visit(NamedTableReference node) => See(node.SchemaObject, node.Alias);

        public override void Visit(CreateIndexStatement node) => See(node.OnName, alias: null);

        public override void Visit(CreateTableStatement node) => See(node.SchemaObjectName, alias: null);

        public override void Visit(QueryDerivedTable node)
        {
            if (node.QueryExpression is QuerySpecification query)
                _scopes[node.Alias.Value] = [.. query.SelectElements.OfType<SelectScalarExpression>().Select(element => element.ColumnName?.Value ?? (element.Expression as ColumnReferenceExpression)?.MultiPartIdentifier.Identifiers[^1].Value ?? "")];
        }

        public override void Visit(InlineDerivedTable node) => _scopes[node.Alias.Value] = [.. node.Columns.Select(column => column.Value)];

        public override void Visit(SelectScalarExpression node)
        {
            if (node.ColumnName is { } name) _produced.Add(name.Value);
        }

        public override void Visit(ColumnReferenceExpression node)
        {
            if (node.ColumnType == ColumnType.Regular) _columns.Add(node);
        }

        public override void Visit(InsertSpecification node)
        {
            if (node.Target is not NamedTableReference target || !tables.TryGetValue(NameOf(target.SchemaObject), out var table)) return;
            var given = node.Columns.Select(column => column.MultiPartIdentifier.Identifiers[^1].Value).ToHashSet();
            foreach (var missing in table.Required.Where(column => !given.Contains(column)))
                _wrong.Add($"a row of {NameOf(target.SchemaObject)} needs {missing}");
            foreach (var width in Widths(node.InsertSource).Where(width => width != node.Columns.Count))
                _wrong.Add($"{node.Columns.Count} columns and {width} values for {NameOf(target.SchemaObject)}");
        }

        public List<string> Wrong()
        {
            if (_wrong.Count > 0) return _wrong; // Columns of a table that is not there are not there either.
            foreach (var column in _columns)
            {
                var parts = column.MultiPartIdentifier.Identifiers.Select(part => part.Value).ToArray();
                var isThere = parts.Length > 1
                    ? _scopes.TryGetValue(parts[^2], out var scope) && scope.Contains(parts[^1])
                    : _scopes.Values.Any(known => known.Contains(parts[0])) || _produced.Contains(parts[0]);
                if (!isThere) _wrong.Add($"there is no column {string.Join('.', parts)}");
            }

            return _wrong;
        }

        private void See(SchemaObjectName table, Identifier? alias)
        {
            var name = NameOf(table);
            if (name.StartsWith("sys.", StringComparison.Ordinal)) _scopes[alias?.Value ?? name] = ["name", "snapshot_isolation_state"];
            else if (tables.TryGetValue(name, out var found)) _scopes[alias?.Value ?? table.BaseIdentifier.Value] = [.. found.Columns.Keys];
            else _wrong.Add($"there is no table {name}");
        }

        private static IEnumerable<int> Widths(InsertSource source) => source switch
        {
            ValuesInsertSource values => values.RowValues.Select(row => row.ColumnValues.Count),
            SelectInsertSource { Select: QuerySpecification query } => [query.SelectElements.Count],
            _ => [],
        };
    }
}
